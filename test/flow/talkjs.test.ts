import { flowSuite } from './suite.ts';
import { talkjsChat } from './talkjs-chat.ts';

flowSuite(talkjsChat());
