/** A call that the user said yes to, where it is not run after all. */
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type JournalStore, loadCall } from '../../../lib/tools/journal.ts';
import { defineTool } from '../../../lib/tools/tool.ts';
import { ASKED_PLACE, openToolbox } from '../../../lib/tools/toolbox.ts';

const ref = { platform: 'talkjs', conversation: 'c', messageId: 'm', createdAt: 1 } as const;
const about = { ...ref, speaker: { id: 'alice' } };

/** The tool as it was when the user was asked. */
function cancelTool(description: string, acted: string[]) {
  return defineTool({
    ...{ name: 'cancel', description, input: z.strictObject({ room: z.string() }) },
    confirm: ({ room }) => `Shall I cancel ${room}?`,
    run: ({ room }) => acted.push(room),
  });
}

/** In which nothing is yet, and nothing can be written. */
const EMPTY = { keptCall: async () => undefined } as unknown as JournalStore;

it.each([
  ['its description has changed since', (acted: string[]) => [cancelTool('Cancels any room.', acted)], /has changed/],
  ['it is gone', () => [], /has changed/],
  ['no time is left for it', (acted: string[]) => [cancelTool('Cancels a room.', acted)], /no time left/],
])('is told as refused, and shown as no call, where %s', async (_, now, told) => {
  const acted: string[] = [];
  const { version } = cancelTool('Cancels a room.', []);
  const journal = await loadCall(EMPTY, ASKED_PLACE, { ref, by: 'me', log: () => {} });
  const bot = { bot: 'default', secrets: {} };
  const deps = { bot, handToHuman: async () => ({}), fetch, now: Date.now, log: () => {} };
  const shown: string[] = [];
  const signal = told.test('no time left') ? AbortSignal.abort() : new AbortController().signal;

  const confirmed = { tool: 'cancel', version, input: '{"room":"Rome"}', journal };
  const asking = { about, signal, onTool: (name: string) => void shown.push(name) };
  const result = await openToolbox(now(acted), deps).confirm(confirmed, asking);

  expect(result.told).toEqual({ is_error: true, content: expect.stringMatching(told) });
  expect(journal.effects()).toEqual([{ tool: 'cancel', input: '{"room":"Rome"}', state: 'REFUSED' }]);
  expect(acted).toEqual([]);
  expect(shown).toEqual(told.test('no time left') ? ['cancel'] : []);
});
