import { expect, it } from 'vitest';
import { openForget } from '../../../lib/store/forget.ts';
import { openTable } from '../../../lib/store/items.ts';
import { openTold } from '../../../lib/store/told.ts';
import { fakeTable } from '../../harness/fakes.ts';

it('a letter of a conversation that was forgotten after it was written is known as such, a later one is not', async () => {
  const { dynamo } = fakeTable();
  const letter = { to: 'webhook', id: 'evt_1', platform: 'talkjs', conversation: 'room' } as const;
  const told = openTold(openTable(dynamo, 'table'), () => 5_000);
  await openForget(dynamo, 'table', () => 2_000)(letter);

  expect([await told.look(letter, 1_000), await told.look(letter, 3_000)]).toEqual(['forgotten', undefined]);
  await told.note(letter);
  expect(await told.look(letter, 3_000)).toBe('sent');
});
