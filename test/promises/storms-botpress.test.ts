import { stormyBotpress } from '../harness/promises/storm-chats.ts';
import { stormSuite } from '../harness/promises/storm-suite.ts';

stormSuite('Botpress', stormyBotpress);
