/** Promise: whoever is not answered is told so, once, with a reference; and nobody else waits for it. */
import { describe, expect, it } from 'vitest';
import { Later, Permanent } from '../../lib/errors.ts';
import { openTalkjs } from '../harness/promises/doors.ts';
import { countSteps, type Strike } from '../harness/promises/mortal.ts';
import { turnsOf } from '../harness/promises/verdict.ts';
import { openWorld, type WorldOptions } from '../harness/promises/virtual-world.ts';

const HOUR_MS = 3_600_000;
const APOLOGY = /^Sorry, .* reference [0-9a-f]{8}\.$/;

/** TalkJS in a virtual world; what is struck can change from moment to moment. */
function setUp(options: WorldOptions = {}) {
  let strike: Strike = () => undefined;
  const steps = countSteps((step, what) => strike(step, what));
  const world = openWorld(steps, options);
  const door = openTalkjs(world, steps, {});
  return {
    world,
    door,
    strike: (next: Strike) => {
      strike = next;
    },
    answers: async (conversation?: string) =>
      (await door.lines(conversation)).flatMap(({ isBot, text }) => (isBot ? [text] : [])),
    states: () => turnsOf(world).map(({ state }) => state),
  };
}

const isClaude: Strike = (_step, what) => (what === 'Claude' ? 'failed before' : undefined);
const isTalkjs: Strike = (_step, what) => (what.startsWith('TalkJS') ? 'failed before' : undefined);
const anything: Strike = () => 'killed before';

describe('a message that cannot be answered', () => {
  it('gets one apology with a reference after the last attempt', async () => {
    const { world, door, strike, answers, states } = setUp();
    await door.say('alpha');
    strike(isClaude);

    await door.drain();

    expect(await answers()).toEqual([expect.stringMatching(APOLOGY)]);
    expect(states()).toEqual(['FAILED']);
    expect([world.turns.size(), world.deadLetters.size()]).toEqual([0, 0]);
    expect(world.lines.filter((line) => line.includes('message-given-back'))).toHaveLength(8);
  });

  it('is answered when Claude comes back before that, however long it was away', async () => {
    const { world, door, strike, answers } = setUp();
    await door.say('alpha');
    const startedAt = world.now();
    strike((_step, what) => (what === 'Claude' && world.now() < startedAt + 1_000_000 ? 'failed before' : undefined));

    await door.drain();

    expect(await answers()).toEqual(['Answer 1 to alpha.']);
  });

  it('gets the apology at once when no attempt could help', async () => {
    const { world, door, answers } = setUp({ failure: () => new Permanent('a bad key') });
    await door.say('alpha');
    const saidAt = world.now();

    await door.drain();

    expect(await answers()).toEqual([expect.stringMatching(APOLOGY)]);
    expect(world.now()).toBe(saidAt);
  });

  it('gets the same one apology when sending it fails, too, or is cut short', async () => {
    const { door, strike, answers, states } = setUp({ failure: () => new Permanent('a bad key') });
    await door.say('alpha');
    let posts = 0;
    strike((_step, what) =>
      what === 'TalkJS POST' ? (['failed after', 'killed after'] as const)[posts++] : undefined,
    );

    await door.drain();

    expect(await answers()).toEqual([expect.stringMatching(APOLOGY)]);
    expect(states()).toEqual(['FAILED']);
  });

  it('makes the messages behind it wait, and no others', async () => {
    let isDown = true;
    const failure = (asked: readonly string[]) =>
      isDown && asked.includes('unlucky') ? new Later('overloaded') : undefined;
    const { world, door, answers } = setUp({ failure });
    await door.say('unlucky', 'one');
    await door.say('behind it', 'one');
    await door.say('lucky', 'two');

    await door.drain(world.now() + 1_000);
    const meanwhile = [await answers('one'), await answers('two')];
    isDown = false;
    await door.drain();

    expect(meanwhile).toEqual([[], ['Answer 1 to lucky.']]);
    expect(await answers('one')).toEqual(['Answer 2 to unlucky.', 'Answer 3 to behind it.']);
  });
});

describe('a dead letter', () => {
  it('that never reached a worker which lived is answered with an apology', async () => {
    const { world, door, strike, answers, states } = setUp();
    await door.say('alpha');
    strike(anything);
    await door.drain(world.now() + 1);
    const letters = () => world.deadLetters.size();
    for (let delivery = 2; delivery <= 10; delivery++) await door.drain(world.turns.nextAt());
    strike(() => undefined);

    await door.drain();

    expect(letters()).toBe(0);
    expect(world.calls).toEqual([]);
    expect(await answers()).toEqual([expect.stringMatching(APOLOGY)]);
    expect(states()).toEqual(['FAILED']);
  });

  it('whose answer was stored but never sent is answered with it, not with an apology', async () => {
    const { world, door, strike, answers, states } = setUp();
    await door.say('alpha');
    strike(isTalkjs);
    while (world.deadLetters.size() === 0) await door.drain(world.turns.nextAt() ?? world.now());
    strike(() => undefined);

    await door.drain();

    expect(world.calls).toHaveLength(1);
    expect(await answers()).toEqual(['Answer 1 to alpha.']);
    expect(states()).toEqual(['DELIVERED']);
  });

  it('speaks once also where its own consumer dies in between', async () => {
    for (const blow of ['killed before', 'killed after'] as const) {
      for (let at = 1; at <= 8; at++) {
        const { world, door, strike, answers } = setUp();
        await door.say('alpha');
        strike(anything);
        while (world.deadLetters.size() === 0) await door.drain(world.turns.nextAt() ?? world.now());
        let steps = 0;
        strike(() => (++steps === at ? blow : undefined));

        await door.drain();

        expect(await answers()).toEqual([expect.stringMatching(APOLOGY)]);
      }
    }
  });

  it('is sent once also a day later, when TalkJS has forgotten its key', async () => {
    const { world, door, strike, answers } = setUp();
    await door.say('alpha');
    const saidAt = world.now();
    const isDayOver = () => world.now() > saidAt + 25 * HOUR_MS;
    let posts = 0;
    strike((_step, what) => {
      if (!what.startsWith('TalkJS') || isDayOver()) return undefined;
      // The very first one got through, but nobody heard of it.
      return posts++ === 0 ? 'failed after' : 'failed before';
    });

    await door.drain();

    expect(isDayOver()).toBe(true);
    expect(await answers()).toEqual(['Answer 1 to alpha.']);
  });

  it('that is no message of ours stays where somebody can look at it, and holds up nobody else', async () => {
    const { world, door, answers } = setUp();
    world.turns.put({ group: 'poison', dedupe: 'poison', body: '{"v":1,"half":' });
    await door.say('alpha');
    const saidAt = world.now();

    await door.drain(saidAt + 1_000);
    const answeredAtOnce = await answers();
    await door.drain(saidAt + 5 * HOUR_MS);

    expect(answeredAtOnce).toEqual(['Answer 1 to alpha.']);
    expect([world.turns.size(), world.deadLetters.size()]).toEqual([0, 1]);
  });
});
