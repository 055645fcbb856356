import { botpressChat } from '../harness/botpress-chat.ts';
import { garbageSuite } from '../harness/promises/garbage.ts';

garbageSuite(botpressChat().chat, '/botpress/events');
