/** Two workers at one conversation, in every order that chance finds: a zombie and its successor, or two deliveries at once. */

import { describe, expect, it } from 'vitest';
import { type Door, type OpenDoor, openBotpress, openChatApi, openTalkjs } from '../harness/promises/doors.ts';
import { countSteps, type Process } from '../harness/promises/mortal.ts';
import { judge, turnsOf, type Verdict } from '../harness/promises/verdict.ts';
import { openWorld, type World } from '../harness/promises/virtual-world.ts';
import fc from '../harness/property.ts';
import { sized } from '../harness/size.ts';

const WORDS = ['alpha', 'beta', 'gamma'];

/** Longer than a worker's lease and its messages' protection. */
const OVER_MS = 126_000;

const RUNS = sized({ sample: 60, all: 300, proof: 4_000 });

interface Race {
  messages: number;
  /** How many of them the second worker is handed. */
  seen: number;
  /** The second begins when the first one's time is over; else at once, as when SQS delivers twice. */
  isZombie: boolean;
}

const race = fc.record({
  messages: fc.integer({ min: 1, max: 3 }),
  seen: fc.integer({ min: 1, max: 3 }),
  isZombie: fc.boolean(),
});

/** A process that never dies, and whose calls take effect, and are answered, when the scheduler says so. */
function scheduled(s: fc.Scheduler, name: string): Process {
  return {
    died: new Promise(() => {}),
    isAlive: () => true,
    call: async (what, effect) => {
      await s.schedule(Promise.resolve(), `${name} ${what}`);
      const result = await effect();
      await s.schedule(Promise.resolve(), `${name} hears`);
      return result;
    },
  };
}

interface Outcome extends Verdict {
  world: World;
}

async function run(open: OpenDoor, s: fc.Scheduler, { messages, seen, isZombie }: Race): Promise<Outcome> {
  const steps = countSteps(() => undefined);
  const world = openWorld(steps);
  const door: Door = open(world, steps, {});
  const accepted = WORDS.slice(0, messages);
  for (const word of accepted) {
    await door.say(word);
    world.pass(1_000);
  }
  const batch = world.turns.receive(10);
  const work = async (name: string, of: typeof batch) => {
    const process = scheduled(s, name);
    if (!door.platformOf) throw new Error('a door with a queue is needed');
    await world.deliverTo(process, door.platformOf(process), of);
  };
  const first = work('first', batch);
  const second = (async () => {
    await s.schedule(Promise.resolve(), 'the second begins');
    if (isZombie) world.pass(OVER_MS);
    await work('second', batch.slice(0, seen));
  })();
  await s.waitFor(Promise.all([first, second]));
  world.pass(OVER_MS);
  await door.drain();
  return { ...judge(world, accepted, await door.lines()), world };
}

describe.each([
  ['TalkJS', openTalkjs],
  ['the Chat API', openChatApi],
] as const)('two workers at one conversation of %s', (_name, open) => {
  it('make one answer of it, in order, whoever comes first', async () => {
    let bursts = 0;
    let overtaken = 0;

    await fc.assert(
      fc.asyncProperty(fc.scheduler(), race, async (s, how) => {
        const { lost, doubled, misordered, lostLogs, faults, world } = await run(open, s, how);
        expect({ lost, doubled, misordered, lostLogs, faults }).toEqual({
          lost: 0,
          doubled: 0,
          misordered: 0,
          lostLogs: 0,
          faults: [],
        });
        bursts += turnsOf(world).filter(({ state }) => state === 'MERGED').length;
        overtaken += world.lines.filter((line) => line.includes('Superseded')).length;
      }),
      { numRuns: RUNS, seed: 3 },
    );

    expect(bursts).toBeGreaterThan(RUNS / 3);
    expect(overtaken).toBeGreaterThan(0);
  });

  it('ask Claude one at a time as long as the first one’s lease lasts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), race, async (s, how) => {
        const { extraCalls } = await run(open, s, { ...how, isZombie: false });
        expect(extraCalls).toBe(0);
      }),
      { numRuns: RUNS, seed: 4 },
    );
  });
});

describe('two workers at one conversation of Botpress, which knows no key', () => {
  it('make one answer of it, in order; only one that sends after its time is over makes a second', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), race, async (s, how) => {
        const { lost, doubled, misordered } = await run(openBotpress, s, how);
        expect([lost, misordered]).toEqual([0, 0]);
        expect(doubled).toBeLessThanOrEqual(how.isZombie ? how.messages : 0);
      }),
      { numRuns: RUNS, seed: 5 },
    );
  });
});
