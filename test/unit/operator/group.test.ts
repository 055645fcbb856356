import { expect, it } from 'vitest';
import { pseudonym } from '../../../lib/log.ts';
import { findKnown } from '../../../lib/operator/conversation.ts';
import { groupOf, tellGroup } from '../../../lib/operator/group.ts';
import { openStore } from '../../../lib/store/store.ts';
import type { Said, Turn } from '../../../lib/types.ts';
import { fakeTable } from '../../harness/fakes.ts';

const said: Said = { messageId: 'm', createdAt: 1, speaker: { id: 'alice' }, text: 'Hi', attachments: [] };
const turn = (one: Said): Turn => ({ sk: 'T#1#m', messageId: 'm', said: [one], generation: 0, epoch: 1 });
const nobody = { owner: 'bot', team: [] } as const;

it('where the bot was called in a group, the rule is told under which it was', () => {
  const group = groupOf(nobody, [turn({ ...said, called: 'mention' })]);

  expect(group && tellGroup(group)).toBe('A group: the bot answers only what mentions it.');
});

it('where a user is alone with the bot, nothing is told of a group', () => {
  expect(groupOf(nobody, [turn(said)])).toBeUndefined();
});

it('of a conversation at TalkJS that nobody knows it is told what leaves no trace', async () => {
  const store = openStore(fakeTable().dynamo, 'table', Date.now);

  const search = findKnown({ store, callers: [] }, { name: 'nowhere', platform: 'talkjs' });

  await expect(search).rejects.toThrow(/is known on talkjs\. What a group says .*webhook-ignored/);
  await expect(search).rejects.toThrow(`Its lines have the conversation ${pseudonym('talkjs', 'nowhere')}.`);
});

it('what somebody calls themselves does not steer the terminal', () => {
  const told = tellGroup({ rule: 'untilHuman', roles: { bob: 'agent\u001b[2J', dave: '' } });

  expect(told).toContain('(bob has the role agent [2J, dave has no role)');
});
