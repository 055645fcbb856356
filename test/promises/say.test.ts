/** What an operator has the bot say, in bad weather: once for each key, in its place, and remembered. */
import { afterAll, describe, expect, it } from 'vitest';
import { transcriptOf } from '../../lib/claude/window.ts';
import { say } from '../../lib/operator/say.ts';
import type { OperatorDeps } from '../../lib/operator/verb.ts';
import { of, openPeople, type Step } from '../harness/people.ts';
import { chanceOf } from '../harness/promises/chance.ts';
import { provenOnPage } from '../harness/promises/reliability-page.ts';
import { sized } from '../harness/size.ts';
import { openWeather, persist } from '../harness/weather.ts';

const SEEDS = sized({ sample: 25, all: 100, proof: 1_000 });

/** As an operator whose calls break as those of the workers do. */
function operatorOf({ store, queue, now }: ReturnType<typeof openPeople>, { step }: { step: Step }) {
  const unaskedOf: typeof store.unaskedOf = (...about) => step('unaskedOf', () => store.unaskedOf(...about));
  const put: OperatorDeps['put'] = (inbound) => step('put', async () => void queue.push(inbound));
  return { store: { ...store, unaskedOf }, put, now, callers: [] } as unknown as OperatorDeps;
}

async function one(seed: number) {
  const chance = chanceOf(seed);
  const weather = openWeather(chance);
  const people = openPeople({}, weather.step);
  const operator = operatorOf(people, weather);
  let calls = 0;
  const tell = async (text: string, key: string) => {
    const repeats = chance.oneOf([1, 2, 3]);
    calls += repeats;
    for (let i = 0; i < repeats; i++)
      await persist(weather, () => say(operator, { name: of.conversation, platform: of.platform, text, key }));
  };
  const work = async () => {
    await people.work(weather.death);
    weather.clear();
  };

  people.user('first');
  await work();
  people.user('second');
  await tell('Your parcel is on its way.', 'parcel');
  people.user('third');
  await work();
  await tell('Another text under a key that was used.', 'parcel');
  await tell('Your parcel is on its way.', 'another parcel');
  people.later(3_600_000);
  await work();
  people.user('fourth');
  await work();

  const { turns } = await people.store.recent(of);
  return { faults: weather.faults(), calls, texts: people.said.map(({ text }) => text), turns };
}

describe('what the bot says unasked', () => {
  let faults = 0;
  let calls = 0;

  it.each(Array.from({ length: SEEDS }, (_, i) => i + 1))('is said once and in its place (seed %i)', async (seed) => {
    const { texts, turns, ...counts } = await one(seed);

    faults += counts.faults;
    calls += counts.calls;
    const parcel = 'Your parcel is on its way.';
    expect(texts).toEqual([
      ...['You said first.', 'You said second.', parcel],
      ...['You said third.', parcel, 'You said fourth.'],
    ]);
    const byBot = transcriptOf(turns).filter(({ role }) => role === 'assistant');
    expect(byBot.map(({ text }) => text).sort()).toEqual(texts.toSorted());
    expect(turns.filter(({ reply }) => reply?.to).map(({ state, reply }) => [state, reply?.to])).toEqual([
      ['DELIVERED', 'ada'],
      ['DELIVERED', 'ada'],
    ]);
  });

  it('is broken into in most of these runs', async () => {
    const runs = await Promise.all(Array.from({ length: 10 }, (_, i) => one(i + 1)));

    expect(runs.filter(({ faults }) => faults > 0).length).toBeGreaterThan(5);
  });

  it('is not said, and leaves nothing, where the conversation was forgotten before its turn came', async () => {
    const people = openPeople();
    const operator = operatorOf(people, { step: (_what, act) => act() });
    people.user('first');
    await people.work();
    await say(operator, { name: of.conversation, text: 'Hello again.', key: 'k' });

    await people.forget();
    await people.work();

    const { items } = await people.table.query({ pk: 'C#talkjs#c', from: ' ', to: '~~' });
    expect(people.said.map(({ text }) => text)).toEqual(['You said first.']);
    expect(items).toEqual([]);
  });

  afterAll(() => {
    const table = [
      '| conversations | keys | calls with them | faults | lost · twice · out of place · not remembered |',
      '|--:|--:|--:|--:|---|',
      `| ${SEEDS} | ${2 * SEEDS} | ${calls} | ${faults} | 0 · 0 · 0 · 0 |`,
    ];
    console.log(table.join('\n'));
    provenOnPage('say', table);
  });
});
