import { describe, expect, it } from 'vitest';
import { addressed } from '../../../../lib/platforms/talkjs/group.ts';
import type { OurUser } from '../../../../lib/platforms/talkjs/our-users.ts';

const claude: OurUser = { name: 'default', userId: 'claude' };
const team = { humanRoles: ['agent'], handoffUser: 'desk' };
const roleOf: Record<string, string> = { tess: 'agent', alice: 'default' };

/** What `speaker` says where these are; the first of `bots` is the bot unless they are told apart. */
function said(
  speaker: string,
  here: readonly string[],
  { groups, mentions = [], known = team }: { groups?: OurUser['groups']; mentions?: string[]; known?: object } = {},
) {
  const role = roleOf[speaker];
  return addressed(
    {
      participants: Object.fromEntries(here.map((id) => [id, {}])),
      speaker: { id: speaker, ...(role ? { role } : {}) },
      mentions,
    },
    [groups ? { ...claude, groups } : claude],
    known,
  );
}

describe('what a user says', () => {
  it.each([
    ['alone with the bot', ['alice', 'claude']],
    ['with the one who is called for help', ['alice', 'desk', 'claude']],
  ])('%s is for the bot under every rule', (_, here) => {
    for (const groups of ['mention', 'always', 'untilHuman'] as const)
      expect(said('alice', here, { groups })).toMatchObject({ to: 'ask' });
  });

  it('among others is for a bot that always answers, and for no other rule without a team', () => {
    const here = ['alice', 'bob', 'claude'];

    expect(said('alice', here, { groups: 'always' })).toMatchObject({ to: 'ask' });
    expect(said('alice', here, { groups: 'mention' })).toEqual({ to: 'group' });
    expect(said('alice', here, { groups: 'mention', known: {} })).toEqual({ to: 'group' });
    expect(said('alice', here, { known: { handoffUser: 'desk' } })).toEqual({ to: 'group' });
  });

  it('among others who may be of the team is perhaps for the bot; the one called for help need not be asked for', () => {
    const heard = said('alice', ['alice', 'bob', 'carol', 'desk', 'claude']);

    expect(heard).toMatchObject({ to: 'perhaps', among: ['bob', 'carol'] });
  });

  it('among others where nothing names a team is told as such: a handoff may have brought them', () => {
    const heard = said('alice', ['alice', 'bob', 'claude'], { known: {} });

    expect(heard).toMatchObject({ to: 'perhaps', among: ['bob'], ofTeam: 'perhaps' });
    for (const groups of ['always', 'mention'] as const)
      expect(said('alice', ['alice', 'bob', 'claude'], { groups, mentions: ['claude'], known: {} })).toMatchObject({
        to: 'ask',
        ofTeam: 'perhaps',
      });
    expect(said('alice', ['alice', 'claude'], { known: {} })).not.toHaveProperty('ofTeam');
  });

  it('among more than eight others is for nobody', () => {
    const others = Array.from({ length: 9 }, (_, i) => `user-${i}`);

    expect(said('alice', ['alice', ...others.slice(1), 'claude'])).toMatchObject({ to: 'perhaps' });
    expect(said('alice', ['alice', ...others, 'claude'])).toEqual({ to: 'group' });
    expect(said('alice', ['alice', ...others, 'claude'], { known: {} })).toEqual({ to: 'group' });
  });

  it('that calls the bot in a group is for it, with the rule under which it was called', () => {
    const here = ['alice', 'bob', 'claude'];
    const mentions = ['claude'];

    expect(said('alice', here, { groups: 'mention', mentions })).toMatchObject({ to: 'ask', called: 'mention' });
    expect(said('alice', here, { mentions })).toMatchObject({ to: 'ask', called: 'untilHuman' });
    expect(said('alice', here, { groups: 'always', mentions })).not.toHaveProperty('called');
  });

  it('to two of ours in a group is for the one that always answers', () => {
    const open: OurUser = { name: 'open', userId: 'claude-open', groups: 'always' };
    const participants = { alice: {}, bob: {}, claude: {}, 'claude-open': {} };

    const heard = addressed({ participants, speaker: { id: 'alice' }, mentions: [] }, [claude, open], {});

    expect(heard).toEqual({ to: 'ask', bot: open, ofTeam: 'perhaps' });
  });
});

describe('what somebody of the team says', () => {
  it.each(['tess', 'desk'])('to a user silences a bot that answers until a human does: %s', (member) => {
    expect(said(member, ['alice', member, 'claude'])).toEqual({ to: 'team' });
  });

  it('silences other bots only where every human takes over', () => {
    const here = ['alice', 'tess', 'claude'];

    expect(said('tess', here, { groups: 'always' })).toMatchObject({ to: 'ask' });
    expect(said('tess', here, { groups: 'mention', mentions: ['claude'] })).toMatchObject({ to: 'ask' });
    expect(said('tess', here, { groups: 'always', known: { ...team, takesOver: true } })).toEqual({ to: 'team' });
  });

  it.each(['tess', 'desk'])('where it takes nothing over is told from what others say: %s', (member) => {
    const here = ['alice', 'bob', member, 'claude'];
    const mentions = ['claude'];

    expect(said(member, here, { groups: 'always' })).toMatchObject({ to: 'ask', ofTeam: 'asks' });
    expect(said(member, here, { groups: 'mention', mentions })).toMatchObject({ to: 'ask', ofTeam: 'asks' });
    expect(said(member, here, { groups: 'mention' })).toMatchObject({ to: 'aside' });
    expect(said(member, ['alice', member, 'claude'], { groups: 'mention' })).toMatchObject({ to: 'aside' });
    expect(said(member, ['alice', member, 'claude'], { groups: 'mention', mentions })).toMatchObject({ to: 'ask' });
    expect(said('alice', here, { groups: 'always' })).not.toHaveProperty('ofTeam');
  });

  it('alone with the bot is a question like any other', () => {
    expect(said('tess', ['tess', 'claude'])).toEqual({ to: 'ask', bot: claude });
  });

  it('is not for the bot where it is not known who is there', () => {
    const call = { participants: undefined, speaker: { id: 'tess', role: 'agent' }, mentions: [] };

    expect(addressed(call, [claude], team)).toEqual({ to: 'team' });
  });
});
