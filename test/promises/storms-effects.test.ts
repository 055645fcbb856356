/** A storm in which every message wants something done: whatever fails, it is done at most once, and what was done is told. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Effect } from '../../lib/types.ts';
import { type Booking, openBooking } from '../harness/booking.ts';
import type { StormOptions } from '../harness/promises/storm.ts';
import { stormyTalkjs } from '../harness/promises/storm-chats.ts';
import { sized } from '../harness/size.ts';

const SEEDS = sized({ sample: 1, all: 1, proof: 10 });
const SIZE = sized({
  sample: { conversations: 6, messages: 3, faultRate: 0.1 },
  all: { conversations: 12, messages: 4, faultRate: 0.1 },
  proof: { conversations: 30, messages: 8, faultRate: 0.1 },
});

let service: Booking;
let storm: (options: StormOptions) => Promise<{ lost: number; doubled: number; faults: number }>;

beforeAll(async () => {
  service = await openBooking();
  // Behind the bots of the tests, which are read when it is loaded.
  ({ storm } = await import('../harness/promises/storm.ts'));
});
afterAll(() => service.close());

it.each(Array.from({ length: SEEDS }, (_, i) => i + 101))('does each thing once (seed %i)', async (seed) => {
  service.reset();
  const effects: Effect[] = [];
  const words = (conversation: string, n: number) => `use the tool book with room ${conversation}-${n}`;
  const onTurns: StormOptions['onTurns'] = (turns) => {
    for (const { reply } of turns) effects.push(...(reply?.effects ?? []));
  };

  const { lost, doubled, faults } = await storm({ seed, ...SIZE, chat: stormyTalkjs, words, onTurns });

  const booked = service.acted.map(({ room }) => room);
  const roomsIn = (...states: Effect['state'][]) =>
    effects.flatMap(({ input, state }) => (states.includes(state) ? String(JSON.parse(input).room) : []));
  const untold = booked.filter((room) => !roomsIn('DONE', 'UNKNOWN').includes(room));
  const never = roomsIn('DONE').filter((room) => !booked.includes(room));
  console.log(
    'a storm of effects:',
    JSON.stringify({ seed, booked: booked.length, unknown: roomsIn('UNKNOWN').length, faults }),
  );
  expect({ lost, doubled, untold, never, twice: booked.length - new Set(booked).size }).toEqual({
    lost: 0,
    doubled: 0,
    untold: [],
    never: [],
    twice: 0,
  });
  expect(booked.length).toBeGreaterThan((SIZE.conversations * SIZE.messages) / 3);
});
