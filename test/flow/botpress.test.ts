import { botpressChat } from './botpress-chat.ts';
import { flowSuite } from './suite.ts';

flowSuite(botpressChat().chat);
