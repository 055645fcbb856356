import { botpressChat } from '../flow/botpress-chat.ts';
import { garbageSuite } from './garbage.ts';

garbageSuite(botpressChat().chat, '/botpress/events');
