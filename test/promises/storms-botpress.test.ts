import { stormyBotpress } from './storm-chats.ts';
import { stormSuite } from './storm-suite.ts';

stormSuite('Botpress', stormyBotpress);
