import { describe, expect, it } from 'vitest';
import { handoffIn } from '../../../lib/config/handoff.ts';

const possible = (env: Record<string, string>) => {
  const { isPossible } = handoffIn(env, []);
  return ['talkjs', 'botpress', 'chat-api', 'http'].filter(isPossible);
};

const EVERYWHERE = ['talkjs', 'botpress', 'chat-api', 'http'];
const DEPLOYED = { SECRETS_PATH: '/claude-chat/prod' };

describe('somebody can take over', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['nowhere by default', {}, []],
    ['everywhere where a webhook is told', { EVENTS_WEBHOOK_URL: 'https://ops.example.com' }, EVERYWHERE],
    ['at TalkJS where roles name the team', { HUMAN_ROLES: 'agent' }, ['talkjs']],
    ['at TalkJS where a user there is called for help', { HANDOFF_TALKJS_USER: 'support' }, ['talkjs']],
    ['everywhere where a deployed stage mails', { EVENTS_EMAIL: 'oncall@example.com', ...DEPLOYED }, EVERYWHERE],
    ['not where mails are not sent', { EVENTS_EMAIL: 'oncall@example.com' }, []],
  ])('%s', (_, env, where) => {
    expect(possible(env)).toEqual(where);
  });
});

it('lists all that is wrong', () => {
  const problems: string[] = [];

  handoffIn({ HANDOFF_WAIT_MINUTES: '-1', HANDOFF_RETURN_HOURS: 'x', HANDOFF_HOURS: 'always' }, problems);

  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'HANDOFF_WAIT_MINUTES',
    'HANDOFF_HOURS',
    'HANDOFF_RETURN_HOURS',
  ]);
});
