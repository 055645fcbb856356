import { expect, it } from 'vitest';
import { leakIn } from '../../harness/log-watch.ts';

it('finds keys, addresses, tokens, stacks and what somebody wrote in a log line', () => {
  const leaks = [
    { event: 'x', reason: 'bad key sk_test_abc' },
    { event: 'x', reason: 'ada@example.com' },
    { event: 'x', token: 'eyJhbGciOiJIUzI1NiJ9.x.y' },
    { event: 'x', text: 'Hello, my name is Ada.' },
    { event: 'x', reason: 'Error\n    at f (file.ts:1)' },
  ].map((line) => leakIn(JSON.stringify(line)));

  expect(leaks.filter((leak) => leak === undefined)).toEqual([]);
});

it('lets ids, numbers and words of our own pass', () => {
  const line = {
    time: '2026-11-21T02:45:57.037Z',
    event: 'turn-failed',
    inbound: 'msg_1',
    ms: 3,
    reason: 'last attempt',
  };

  expect(leakIn(JSON.stringify(line))).toBeUndefined();
});
