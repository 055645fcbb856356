import { flowSuite } from '../harness/suite.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';

flowSuite(talkjsChat(), { HANDOFF_ON_HUMAN_REPLY: 'on', HUMAN_ROLES: 'agent' });
