/** The crash matrix: one run for every way in which the steps of a scenario can be struck, once and twice. */
import type { DoorOptions, OpenDoor } from './doors.ts';
import { type EffectsVerdict, judgeEffects } from './effects-verdict.ts';
import { type Blow, countSteps } from './mortal.ts';
import { judge, type Verdict } from './verdict.ts';
import { openWorld, type WorldOptions } from './virtual-world.ts';

export interface Scenario extends WorldOptions, DoorOptions {
  open: OpenDoor;
  messages: 1 | 3;
  /** The queue holds each message once, twice in a row, or all of them again behind the last. */
  delivered: 'once' | 'twice in a row' | 'all again';
  /** What is said instead, each once the one before has been answered. */
  dialogue?: readonly string[];
}

export interface Run extends Verdict {
  effects: EffectsVerdict;
  /** Outward calls, those before the last message was accepted included. */
  steps: readonly string[];
  /** From the acceptance of the last message until nothing waited any more. */
  waitedMs: number;
}

const WORDS = ['alpha', 'beta', 'gamma'];

/** By the number of the step. */
type Blows = ReadonlyMap<number, Blow>;

/** From the first message until nothing waits any more. */
export async function runOnce(
  { open, messages, delivered, dialogue, ...options }: Scenario,
  blows: Blows,
): Promise<Run> {
  const steps = countSteps((step) => blows.get(step));
  const world = openWorld(steps, options);
  const door = open(world, steps, options);
  const accepted: string[] = [];
  for (const word of dialogue ?? WORDS.slice(0, messages)) {
    const before = world.turns.size();
    const isAcknowledged = await door.say(word);
    const isQueued = world.turns.size() > before;
    if (isAcknowledged && !isQueued && door.platform !== 'http')
      throw new Error('acknowledged, but the queue has nothing');
    if (isAcknowledged || isQueued) accepted.push(word);
    world.pass(1_000);
    if (dialogue) await door.drain();
    world.pass(dialogue ? 1_000 : 0);
  }
  if (delivered !== 'once') world.turns.repeat(delivered === 'twice in a row');
  const acceptedAt = world.now();
  await door.drain();
  return {
    ...judge(world, accepted, await door.lines()),
    effects: judgeEffects(world),
    steps: steps.made,
    waitedMs: world.now() - acceptedAt,
  };
}

export interface Tally extends Verdict {
  runs: number;
  /** Outward calls of the run that nothing strikes. */
  calls: number;
  /** The longest wait (ms) after one blow; one that falls before the worker has said how long it needs is left out. */
  slowestMs: number;
  /** Summed over the runs. */
  effects: EffectsVerdict;
}

/** Every run of the scenario: struck nowhere, by each of `blows` at each step, and by each pair of them at each pair of steps. */
export async function runAll(scenario: Scenario, blows: readonly Blow[], depth: 1 | 2 = 2): Promise<Tally> {
  const tally: Tally = {
    runs: 0,
    calls: 0,
    slowestMs: 0,
    lost: 0,
    doubled: 0,
    misordered: 0,
    lostLogs: 0,
    unheardCalls: 0,
    extraCalls: 0,
    faults: [],
    effects: { happened: 0, lost: 0, doubled: 0, unrecorded: 0, unknown: 0 },
  };
  const add = async (struck: Blows) => {
    const run = await runOnce(scenario, struck);
    tally.runs += 1;
    for (const figure of FIGURES) tally[figure] += run[figure];
    const where = [...struck].map(([at, blow]) => `${blow} ${at}`).join(', ');
    const { effects } = run;
    for (const figure of EFFECTS) tally.effects[figure] += effects[figure];
    const wrong = run.lost + run.doubled + run.misordered + run.lostLogs;
    const isWrong = run.faults.length + wrong + effects.lost + effects.doubled + effects.unrecorded > 0;
    if (isWrong) tally.faults.push(`${where}: ${JSON.stringify({ ...run, steps: run.steps.length })}`);
    const isUnannounced = [...struck].some(([at, blow]) => blow === 'killed before' && run.steps[at - 1] === HOLD);
    if (struck.size === 1 && !isUnannounced) tally.slowestMs = Math.max(tally.slowestMs, run.waitedMs);
    return run.steps.length;
  };
  tally.calls = await add(new Map());
  for (let first = 1; first <= tally.calls; first++) {
    for (const blow of blows) {
      const steps = await add(new Map([[first, blow]]));
      for (let second = first + 1; depth === 2 && second <= steps; second++) {
        for (const other of blows) {
          await add(
            new Map([
              [first, blow],
              [second, other],
            ]),
          );
        }
      }
    }
  }
  return tally;
}

/** The worker's first call: when its messages come back if it dies. */
const HOLD = 'ChangeMessageVisibilityBatchCommand';

const EFFECTS = ['happened', 'lost', 'doubled', 'unrecorded', 'unknown'] as const;

const FIGURES = ['lost', 'doubled', 'misordered', 'lostLogs', 'unheardCalls', 'extraCalls'] as const;
