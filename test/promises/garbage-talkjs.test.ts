import { garbageSuite } from '../harness/promises/garbage.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';

garbageSuite(talkjsChat(), '/talkjs');
