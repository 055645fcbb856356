import { botpressChat } from '../harness/botpress-chat.ts';
import { flowSuite } from '../harness/suite.ts';

flowSuite(botpressChat().chat);
