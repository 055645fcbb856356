/** How the time of an invocation is shared out. */
import { expect, it, vi } from 'vitest';
import { composeVisibly } from '../../../lib/turn/answer.ts';
import type { ComposeInput } from '../../../lib/turn/compose.ts';
import type { TurnDeps, TurnInput } from '../../../lib/turn/shapes.ts';

it('leaves Claude a quarter of the time that tools may take, to say what became of them', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout');
  let asked: Partial<ComposeInput> = {};
  const compose: TurnDeps['compose'] = async (input) => {
    asked = input;
    return { mergedInto: '' };
  };
  const deps = { compose, platform: () => ({ deliver: async () => [] }), log: () => {} } as unknown as TurnDeps;
  const input = {
    burst: [{ messageId: 'm', speaker: { id: 'alice' } }],
    remainingMs: () => 120_000,
  } as unknown as TurnInput;

  await composeVisibly(deps, input, { turn: { generation: 0, epoch: 1 } } as Parameters<typeof composeVisibly>[2]);

  const signalOf = (ms: number) => timeout.mock.results[timeout.mock.calls.findIndex(([one]) => one === ms)]?.value;
  expect(asked.signal).toBe(signalOf(112_000));
  expect(asked.toolSignal).toBe(signalOf(84_000));
  vi.restoreAllMocks();
});
