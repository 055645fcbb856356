/** What only Anthropic's own API answers with: types of errors, and what is about money. */
import { describe, expect, it } from 'vitest';
import { Permanent } from '../../lib/errors.ts';
import { openAsking } from '../harness/asking.ts';

const { claude, calls, ask } = openAsking();

describe('a failure', () => {
  it('that the API answered is on record, too, with what it answered', async () => {
    const refused: object[] = [];
    claude.script({ status: 529, errorMessage: 'Overloaded' });

    await ask({}, {}, { recordError: async ({ response }) => void refused.push(response) });

    expect(refused).toMatchObject([{ type: 'error', error: { type: 'overloaded_error' } }]);
    expect(calls).toHaveLength(1);
  });

  it.each(['enforced_spend_limit_reached', 'contract_spend_limit_reached'])(
    'by %s is not tried again',
    async (errorCode) => {
      claude.script({ status: 429, errorCode, times: 'forever' });

      await expect(ask()).rejects.toThrow(Permanent);

      expect(claude.requests).toHaveLength(1);
    },
  );

  it.each([
    [
      400,
      'You have reached your specified API usage limits. You will regain access on 2026-12-01.',
      'spend limit reached',
    ],
    [400, 'You have reached your specified workspace API usage limits.', 'spend limit reached'],
    [400, 'Your credit balance is too low to access the Anthropic API.', 'credit used up'],
    [429, 'You have reached your specified API usage limits.', 'spend limit reached'],
  ])('about money that comes as a %i says so and is not tried again', async (status, errorMessage, reason) => {
    claude.script({ status, errorMessage, times: 'forever' });

    await expect(ask()).rejects.toThrow(`${status} ${reason}`);

    expect(claude.requests).toHaveLength(1);
  });
});
