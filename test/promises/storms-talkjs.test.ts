import { stormyTalkjs } from './storm-chats.ts';
import { stormSuite } from './storm-suite.ts';

stormSuite('TalkJS', stormyTalkjs);
