/** The inspection tool: `dead` shows what lies among the dead letters, sends one on its way again, or drops it. */
import { type Message, SendMessageCommand } from '@aws-sdk/client-sqs';
import { parseDeadEvent } from '../../lib/operator/dead-events.ts';
import { parseDeadTurn } from '../../lib/operator/dead-turns.ts';
import { tellHeld } from '../../lib/operator/held.ts';
import type { Answer } from '../../lib/operator/verb.ts';
import { diedOf } from '../../lib/queue/died.ts';
import { type Letters as DeadLetters, openLetters } from '../../lib/queue/letters.ts';
import { openTurnsQueue } from '../../lib/queue.ts';
import { readEnvelope } from '../../lib/records/envelope.ts';
import { type Row, toTable } from '../../lib/text/table.ts';
import type { Died } from '../../lib/types.ts';
import { CannotRun } from '../cannot-run.ts';
import type { Command } from './command.ts';
import type { Place } from './place.ts';
import { groupOf } from './redrive-dead.ts';

interface Letters {
  name: 'turns' | 'events' | 'records';
  from: string;
  to: string;
}

const QUEUES: readonly Letters[] = [
  { name: 'turns', from: 'TurnsDeadLetters', to: 'TurnsQueue' },
  { name: 'events', from: 'EventsDeadLetters', to: 'EventsQueue' },
  { name: 'records', from: 'RecordsDeadLetters', to: 'RecordsQueue' },
];

/** So much of SQS' id tells letters apart. */
const ID_CHARS = 8;

export const dead: Command = {
  about: 'the dead letters of all queues, and what is in them',
  takes: [],
  run: (place) => deadLetters(place),
};

export const dropDead: Command = {
  about: 'removes a dead letter for good',
  takes: ['id'],
  run: (place, [id = '']) => takeOut(place, id, async () => {}, 'is gone'),
};

export const redriveDead: Command = {
  about: 'puts a dead letter back into its queue',
  takes: ['id'],
  run: (place, [id = '']) =>
    takeOut(place, id, (letters, letter) => sendAgain(place, letters, letter), 'is on its way again'),
};

/** Looks at every letter, and leaves it where it is. */
export async function deadLetters(place: Place): Promise<Answer> {
  const rows: ReturnType<typeof rowOf>[] = [];
  const hidden: Row[] = [];
  for (const letters of QUEUES) {
    const opened = lettersOf(place, letters);
    // Before this takes any itself.
    const held = await opened.held();
    if (held > 0) hidden.push({ queue: letters.name, trouble: tellHeld(held) });
    await opened.sift({
      wants: (_body, letter) => {
        rows.push(rowOf(letters, letter));
        return false;
      },
      take: async () => {},
    });
  }
  rows.sort((a, b) => a.since.localeCompare(b.since));
  const all: Row[] = [...rows, ...hidden];
  return { text: all.length === 0 ? 'There are no dead letters.' : toTable(all), json: all };
}

async function takeOut(
  place: Place,
  id: string,
  act: (letters: Letters, letter: Message) => Promise<void>,
  done: string,
): Promise<Answer> {
  if (id.length < ID_CHARS) throw new CannotRun('`npm run bot -- dead` shows the ids.');
  for (const letters of QUEUES) {
    const taken = await lettersOf(place, letters).sift({
      wants: (_body, { MessageId = '' }) => MessageId.startsWith(id),
      take: (_body, letter) => act(letters, letter),
    });
    if (taken > 0) return { text: `${id} of the ${letters.name} ${done}.`, json: { id, queue: letters.name } };
  }
  throw new CannotRun(`There is no dead letter ${id}, or somebody holds it just now.`);
}

function lettersOf({ sqs, queueUrl }: Place, { from }: Letters): DeadLetters {
  return openLetters(sqs, () => queueUrl(from));
}

/** A turn goes out under a new generation: the queue would take the old one for a repeat. */
async function sendAgain({ sqs, queueUrl }: Place, { name, to }: Letters, letter: Message): Promise<void> {
  const { Body = '' } = letter;
  const QueueUrl = await queueUrl(to);
  if (name === 'turns') {
    const turn = parseDeadTurn(Body);
    if (typeof turn === 'string') throw new CannotRun(`It cannot be read (${turn}): \`dead drop\` removes it.`);
    return openTurnsQueue(sqs, QueueUrl).put(turn.inbound, turn.generation + 1);
  }
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: Body, ...groupOf(letter) }));
}

function rowOf({ name }: Letters, letter: Message) {
  const { MessageId = '', Attributes, Body = '' } = letter;
  return {
    id: MessageId.slice(0, ID_CHARS),
    queue: name,
    since: new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
    tries: Number(Attributes?.ApproximateReceiveCount ?? 0),
    ...contentOf(name, Body, diedOf(letter)),
  };
}

/** What a letter is about, without what was said. */
function contentOf(name: Letters['name'], body: string, { to, reason }: Partial<Died>) {
  const none = { platform: undefined, conversation: undefined, message: undefined, to, trouble: reason };
  if (name === 'turns') {
    const turn = parseDeadTurn(body);
    if (typeof turn === 'string') return { ...none, trouble: turn };
    const { platform, conversation, messageId } = turn.inbound;
    return { ...none, platform, conversation, message: messageId };
  }
  if (name === 'records') {
    const envelope = readEnvelope(body);
    if (!envelope) return { ...none, trouble: 'not our envelope' };
    return { ...none, message: envelope.id, to: envelope.to ?? to };
  }
  const event = parseDeadEvent(body);
  if (!event) return { ...none, trouble: 'not our envelope' };
  const { platform, conversation, id, type = 'signal' } = event;
  return { ...none, platform, conversation, message: id, to: event.to, trouble: reason ? `${type}: ${reason}` : type };
}
