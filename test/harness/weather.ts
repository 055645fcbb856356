/** Bad weather: calls of a worker that do nothing, or lose their answers, or end its process. */
import { Later } from '../../lib/errors.ts';
import type { Step } from './people.ts';
import type { Chance } from './promises/chance.ts';

/** So often a call breaks: nothing is done, or its answer is lost, or the process ends before or after it. */
const SHARE = 0.12;
/** More for one message, and the queue would give it up. */
export const MOST_IN_A_ROW = 6;

/** Where these break, the next attempt takes Claude for asked; after two of them it apologises, which is another test's matter. */
const LOSES_AN_ASK: ReadonlySet<string> = new Set(['claim', 'answer', 'release', 'forgottenAt']);

/** What somebody waits for whose process has ended. */
export const never = () => new Promise<never>(() => {});

/** The faults of one run; `death` ends with the process that is at work then. */
export function openWeather(chance: Chance) {
  let faults = 0;
  let inARow = 0;
  let lostAnswers = 0;
  let die = () => {};
  const step: Step = async (what, act) => {
    const losesAnAsk = LOSES_AN_ASK.has(what);
    const isSafe = inARow >= MOST_IN_A_ROW || (losesAnAsk && lostAnswers > 0);
    if (isSafe || !chance.happens(SHARE)) return act();
    faults += 1;
    inARow += 1;
    // Claude is asked twice for one message, and not a third time.
    const mayLose = lostAnswers < 1;
    const how = chance.oneOf(mayLose ? ['refused', 'lost', 'killed before', 'killed after'] : ['refused', 'lost']);
    if (how.startsWith('killed') || losesAnAsk) lostAnswers += 1;
    if (how === 'lost' || how === 'killed after') await act();
    if (how === 'refused' || how === 'lost') throw new Later(`${what} did not answer`);
    die();
    return never();
  };
  return {
    step,
    faults: () => faults,
    /** Ends with the process that is at work now. */
    death: () =>
      new Promise<void>((resolve) => {
        die = resolve;
      }),
    clear: () => {
      inARow = 0;
      lostAnswers = 0;
    },
  };
}

type Weather = ReturnType<typeof openWeather>;

/** Each step of the schedule and of an operator is made again until it went through. */
export async function persist(weather: Weather, act: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const ended = await Promise.race([
      weather.death().then(() => false),
      act().then(
        () => true,
        () => false,
      ),
    ]);
    if (ended) return weather.clear();
  }
}
