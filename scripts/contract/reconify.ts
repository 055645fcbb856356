/** `npm run contract`: what the code takes for granted of Reconify (its page "Rest API Documentation for Anthropic"). */
import type { Settings } from '../../lib/config.ts';
import { payloadOf } from '../../lib/records/record.ts';
import { ask, at, unless } from './ask.ts';
import type { Service } from './assumption.ts';

export function reconifyService(settings: NonNullable<Settings<'reconify'>['reconify']>): Service {
  const record = (keys: object = {}) =>
    payloadOf(
      {
        type: 'chat',
        timestamps: { request: Date.now(), response: Date.now() },
        session: 'contract',
        user: { userId: 'contract' },
        request: { model: 'contract', max_tokens: 1, messages: [{ role: 'user', content: 'A contract test' }] },
        response: { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Yes' }] },
      },
      { ...settings, ...keys },
    );
  return {
    title: 'Reconify',
    leaves: 'one record of the session `contract`, since Reconify removes none',
    assumptions: [
      {
        claim: 'a record is answered with 2xx and `status: ok`',
        means: 'no record is taken for delivered: all of them go to the dead letters after a day',
        look: async () => {
          const answer = await ask('POST', settings.endpoint, { body: record() });
          return unless(answer.status < 300 && at(answer.body, 'status') === 'ok', answer);
        },
      },
      {
        claim: 'a wrong key is not answered with `status: ok`',
        means: 'records are lost without a sign when a key ends',
        look: async () => {
          const answer = await ask('POST', settings.endpoint, { body: record({ apiKey: 'no key at all' }) });
          return unless(at(answer.body, 'status') !== 'ok', answer);
        },
      },
    ],
    close: async () => {},
  };
}
