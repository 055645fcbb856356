import { expect, it } from 'vitest';
import { asJson, showJson } from '../../../local/json-lines.ts';
import { shownOf } from '../../harness/terminal.ts';

it.each([
  ['reply │ {"time":"t","event":"reply-written"}', '{"process":"reply","time":"t","event":"reply-written"}'],
  ['chat-api │ {"_aws":{"Timestamp":1}}', '{"process":"chat-api","_aws":{"Timestamp":1}}'],
  ['{"time":"t","event":"message-kept"}', '{"time":"t","event":"message-kept"}'],
  ['reply │ process 12 ended (SIGKILL)', '{"process":"reply","text":"process 12 ended (SIGKILL)"}'],
  ['  curl "http://localhost:3000"', '{"text":"  curl \\"http://localhost:3000\\""}'],
  ['["no", "object"]', '{"text":"[\\"no\\", \\"object\\"]"}'],
  ['  ', undefined],
])('prints %s as JSON', (line, json) => {
  expect(asJson(line)).toBe(json);
});

it('prints a line that comes in pieces once it is whole', () => {
  const shown = shownOf(showJson, 'It is', ' up.\n\nreply │ {"event":"a"}\n{"eve');

  expect(shown).toBe('{"text":"It is up."}\n{"process":"reply","event":"a"}\n');
});
