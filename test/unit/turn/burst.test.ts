import { describe, expect, it } from 'vitest';
import { burstOf } from '../../../lib/turn/burst.ts';
import type { Delivery } from '../../../lib/turn/shapes.ts';
import type { Sent } from '../../../lib/types.ts';

let count = 0;

function waiting(change: Partial<Sent> = {}, generation = 0): Delivery {
  const messageId = `m${++count}`;
  const sent: Sent = {
    event: 'sent',
    platform: 'talkjs',
    conversation: 'c',
    messageId,
    createdAt: count,
    speaker: { id: 'ada' },
    text: 'Hi',
    attachments: [],
    ...change,
  };
  return { id: messageId, receipt: messageId, attempts: 1, generation, inbound: sent };
}

/** How many of those that wait are answered in the first turn. */
const taken = (...line: Delivery[]) => burstOf(line).length;

describe('the messages that are answered in one turn', () => {
  it('are all that wait of one speaker', () => {
    expect(taken(waiting(), waiting(), waiting())).toBe(3);
  });

  it('end at another speaker, and the next turn at the first one again', () => {
    const eve = { speaker: { id: 'eve' } };

    expect(taken(waiting(), waiting(), waiting(eve), waiting())).toBe(2);
    expect(taken(waiting(eve), waiting())).toBe(1);
  });

  it('end where their words would pass 100 KB, counted in bytes', () => {
    const text = '好'.repeat(10 * 1024);

    expect(taken(...Array.from({ length: 10 }, () => waiting({ text })))).toBe(3);
  });

  it('end where their links would', () => {
    const attachments = Array.from({ length: 10 }, () => ({ url: `https://files.test/${'x'.repeat(4_000)}` }));

    expect(taken(waiting({ attachments }), waiting({ attachments }), waiting({ attachments }))).toBe(2);
  });

  it('are one at least, however long it is', () => {
    expect(taken(waiting({ text: 'x'.repeat(500_000) }), waiting())).toBe(1);
  });

  it('end before something else that waits, and before a message that was redriven or that nobody called the bot for', () => {
    const deleted: Delivery = {
      ...waiting(),
      inbound: { event: 'deleted', platform: 'talkjs', conversation: 'c', messageId: 'd' },
    };

    expect(taken(waiting(), deleted, waiting())).toBe(1);
    expect(taken(waiting(), waiting({}, 1), waiting())).toBe(1);
    expect(taken(waiting({}, 1), waiting())).toBe(1);
    expect(taken(waiting({ among: ['eve'] }), waiting())).toBe(1);
    expect(taken(waiting({ ofTeam: 'aside' }), waiting())).toBe(1);
    expect(taken(waiting({ ofTeam: 'asks' }), waiting({ ofTeam: 'asks', text: '/bot' }))).toBe(1);
    expect(taken(waiting({ ofTeam: 'asks' }), waiting({ ofTeam: 'asks' }))).toBe(2);
  });

  it('are there once, also when the queue took one twice', () => {
    const twice = waiting();

    expect(taken(twice, waiting(), twice)).toBe(2);
  });
});
