import { afterEach, expect, it, vi } from 'vitest';
import { logLine, writeLine } from '../../lib/log.ts';
import { hearLines } from '../harness/hear-lines.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('writes past the console, which the runtime of Lambda puts its own words into', () => {
  const lines: string[] = [];
  const replaced = vi.spyOn(console, 'log').mockImplementation(() => {});
  hearLines((line) => lines.push(line));

  logLine('message-kept', { inbound: 'm1', count: 2 });
  writeLine({ _aws: {}, Usd: 0.1 });

  expect(replaced).not.toHaveBeenCalled();
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { time: expect.any(String), event: 'message-kept', inbound: 'm1', count: 2 },
    { _aws: {}, Usd: 0.1 },
  ]);
});
