/** The playground's page: the doors, and what is said of each. */
import type { DoorName } from '../../view.ts';
import { openChatApi } from './chat-api.ts';
import type { OpenADoor } from './door.ts';
import { openPlatform } from './platform.ts';
import { openStream } from './stream.ts';

interface DoorInfo {
  title: string;
  route: string;
  note: string;
  open: OpenADoor;
}

export const doors: Readonly<Record<DoorName, DoorInfo>> = {
  talkjs: {
    title: 'TalkJS',
    route: 'POST /talkjs',
    note: 'A signed webhook comes in, the answer goes out through the REST API, in the markup that TalkJS shows.',
    open: openPlatform,
  },
  botpress: {
    title: 'Botpress',
    route: 'POST /botpress',
    note: 'Botpress’ Chat integration reports what was said; the answer is posted there as a chat user.',
    open: openPlatform,
  },
  'chat-api': {
    title: 'Chat API',
    route: '/chat-api/{webhookId}',
    note: 'Botpress’ official client runs in this page and talks to our server. A preview grows, then the message comes.',
    open: openChatApi,
  },
  http: {
    title: 'Streaming',
    route: 'POST /chat/{sessionId}',
    note: 'Plain HTTP: one request, and the answer comes token by token. No queue in between.',
    open: openStream,
  },
};
