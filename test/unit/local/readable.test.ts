import { expect, it } from 'vitest';
import { readable, showReadable } from '../../../local/readable.ts';
import { shownOf } from '../../harness/terminal.ts';

it.each([
  [
    'reply │ {"time":"2026-11-21T02:24:22.398Z","event":"reply-written","conversation":"0123456789abcdef","inbound":"m1","ms":388}',
    '02:24:22.398 reply     reply-written      inbound=m1 ms=388',
  ],
  [
    '{"time":"2026-11-21T02:24:22.398Z","event":"webhook-rejected","status":401,"reason":"not signed"}',
    '02:24:22.398           webhook-rejected   status=401 reason="not signed"',
  ],
  ['reply │ process 12 ended (SIGKILL); starting it again', 'reply │ process 12 ended (SIGKILL); starting it again'],
  ['claude-behind-chat is up.', 'claude-behind-chat is up.'],
  ['{"no":"event"}', '{"no":"event"}'],
])('shows %s to people', (line, expected) => {
  expect(readable(line)).toBe(expected);
});

it('keeps a line of metrics to itself', () => {
  expect(readable('reply │ {"_aws":{"Timestamp":1},"event":"claude-answered","Usd":0.1}')).toBeUndefined();
});

it('shows lines that come in pieces, and everything else at once', () => {
  const shown = shownOf(
    showReadable,
    'reply │ {"time":"2026-11-21T02:24:22.398Z","ev',
    'ent":"reply-written"}\nIt is up: ',
  );

  expect(shown).toBe('02:24:22.398 reply     reply-written\nIt is up: ');
});
