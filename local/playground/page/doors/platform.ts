/** The playground's page: TalkJS and Botpress, whose stand-ins keep the conversation. Their answers come in one piece. */
import type { LineView } from '../../view.ts';
import { post } from '../server.ts';
import type { OpenADoor } from './door.ts';

export const openPlatform: OpenADoor = async ({ view, bot, events, memory }) => {
  const conversation = memory.get('conversation') ?? `playground-${crypto.randomUUID().slice(0, 8)}`;
  memory.set('conversation', conversation);
  let lines: readonly LineView[] = [];
  let isAwaiting = false;

  return {
    conversation,
    send: async (text) => {
      isAwaiting = true;
      events.draft('');
      await post('say', { door: view.name, conversation, bot, text });
    },
    look: (snapshot) => {
      lines = snapshot.lines ?? lines;
      events.lines(lines);
      const newest = snapshot.turns.at(-1);
      const isOpen = newest !== undefined && ['QUEUED', 'CLAIMED', 'ANSWERED'].includes(newest.state);
      const last = lines.at(-1);
      if (last && !last.isMine && !last.isTyping && !isOpen) isAwaiting = false;
      if (isOpen || last?.isTyping) isAwaiting = true;
      events.draft(isAwaiting ? '' : undefined);
    },
    close: () => {},
  };
};
