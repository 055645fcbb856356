/** The metered database, in a process of its own. */
import { answerParent } from '../measure/children.mjs';
import { openDynamoMeter } from '../measure/dynamo-meter.mjs';

const meter = await openDynamoMeter();
answerParent({ take: meter.take }, { url: meter.url });
