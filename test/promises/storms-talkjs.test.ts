import { stormyTalkjs } from '../harness/promises/storm-chats.ts';
import { stormSuite } from '../harness/promises/storm-suite.ts';

stormSuite('TalkJS', stormyTalkjs);
