/** The flow suite on TalkJS, with the second of two bots. */
import { flowSuite } from '../harness/suite.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { twoBots } from '../harness/two-bots.ts';

flowSuite(talkjsChat(Date.now, 'sales'), {
  BOTS_DIR: twoBots(),
  HANDOFF_ON_HUMAN_REPLY: 'on',
  HUMAN_ROLES: 'agent',
});
