import { flowSuite } from '../harness/suite.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';

flowSuite(talkjsChat());
