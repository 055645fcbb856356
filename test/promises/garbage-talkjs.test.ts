import { talkjsChat } from '../flow/talkjs-chat.ts';
import { garbageSuite } from './garbage.ts';

garbageSuite(talkjsChat(), '/talkjs');
