/** `npm run contract`: what the code takes for granted of the Messages API (https://platform.claude.com/docs/en/api/messages). */
import { factsOf, fileLimitsOf } from '../../lib/claude/models.ts';
import { priceUsd } from '../../lib/claude/price.ts';
import type { ClaudeSettings } from '../../lib/config.ts';
import { ANTHROPIC_URL, API_VERSION } from '../doctor/claude.ts';
import { type Answer, ask, at, listAt, unless } from './ask.ts';
import type { Service } from './assumption.ts';
import { pictureOf } from './picture.ts';

/** The longest side of a picture (pixels), and how many rows of it are as many bytes as a picture may have, its frame aside. */
const SIDE = 8_000;
const FRAME_BYTES = 2_000;

/** A red dot. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Longer than the shortest prompt that is cached. */
const LONG_PROMPT = 'This sentence is here to make the prompt long enough for the cache. '.repeat(400);

/** Tokens of it, from above; and of all the other calls together. */
const LONG_TOKENS = 8_000;
const OTHER_TOKENS = { input: 12_000, output: 2_500 };

export function claudeService({ apiKey, baseUrl = ANTHROPIC_URL, model }: ClaudeSettings): Service {
  const { efforts, maxOutput } = factsOf(model);
  const { imageBytes } = fileLimitsOf(model);
  const call = (method: string, path: string, body?: unknown, key = apiKey) =>
    ask(method, `${baseUrl}/v1/${path}`, { headers: { 'x-api-key': key, 'anthropic-version': API_VERSION }, body });
  const say = (content: unknown, more: object = {}) =>
    call('POST', 'messages', { model, max_tokens: 64, messages: [{ role: 'user', content }], ...more });
  const look = (data: string) =>
    say([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
      { type: 'text', text: 'One word: which color?' },
    ]);
  const isMessage = ({ status, body }: Answer) => status === 200 && at(body, 'type') === 'message';
  const isError = ({ status, body }: Answer, wanted: number, type: string) =>
    status === wanted && at(body, 'type') === 'error' && at(body, 'error', 'type') === type;

  const usd = priceUsd(model, {
    inputTokens: OTHER_TOKENS.input,
    outputTokens: OTHER_TOKENS.output,
    cacheWriteTokens: LONG_TOKENS,
    cacheReadTokens: LONG_TOKENS,
  });
  return {
    title: 'Claude',
    leaves: `a bill for short calls of ${model}, at most ${(usd * 100).toFixed(1)} US cents`,
    assumptions: [
      {
        claim: `the model ${model} is there, and takes answers of ${maxOutput} tokens`,
        means: 'CLAUDE_MODEL, or the table in lib/claude/models.ts, is out of date',
        look: async () => {
          const answer = await call('GET', `models/${encodeURIComponent(model)}`);
          return unless(answer.status === 200 && at(answer.body, 'max_tokens') === maxOutput, answer);
        },
      },
      {
        claim: 'a wrong key is 401 `authentication_error`',
        means: 'a wrong key is tried again instead of told to an operator',
        look: async () => {
          const answer = await call('GET', `models/${model}`, undefined, 'sk-ant-nobody');
          return unless(isError(answer, 401, 'authentication_error'), answer);
        },
      },
      {
        claim: 'a model that is not there is 404 `not_found_error`',
        means: 'the fallback model is not asked when a model is retired',
        look: async () => {
          const answer = await say('Hi', { model: 'claude-that-never-was' });
          return unless(isError(answer, 404, 'not_found_error'), answer);
        },
      },
      {
        claim: 'more tokens than the model takes are 400 `invalid_request_error`',
        means: 'only this check: the product never asks for more',
        look: async () => {
          const answer = await say('Hi', { max_tokens: 10_000_000 });
          return unless(isError(answer, 400, 'invalid_request_error'), answer);
        },
      },
      {
        claim: 'an answer counts what it used: input, output, cache read and cache written',
        means: 'costs are unknown or wrong, and with them every limit in dollars',
        look: async () => {
          const answer = await say('Say hi.');
          const usage = at(answer.body, 'usage');
          const names = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];
          return unless(isMessage(answer) && names.every((name) => typeof at(usage, name) === 'number'), answer);
        },
      },
      {
        claim: 'an answer has a `request-id`',
        means: 'Anthropic cannot be asked about a call',
        look: async () => {
          const answer = await say('Say hi.');
          return unless(answer.headers.has('request-id'), answer);
        },
      },
      ...efforts.map((effort) => ({
        claim: `the effort ${effort} is taken`,
        means: `with CLAUDE_EFFORT=${effort} nothing is answered`,
        look: async () => {
          const answer = await say('Say hi.', { output_config: { effort } });
          return unless(isMessage(answer), answer);
        },
      })),
      {
        claim: 'a marked prompt is written to the cache, and read from it by the next call',
        means: 'each turn costs as if nothing of it had been said before',
        look: async () => {
          const system = [{ type: 'text', text: LONG_PROMPT, cache_control: { type: 'ephemeral' } }];
          await say('Say hi.', { system });
          const answer = await say('Say ho.', { system });
          const read = Number(at(answer.body, 'usage', 'cache_read_input_tokens'));
          return read > 0 ? undefined : `${unless(false, answer)}, of which ${read} were read from the cache`;
        },
      },
      {
        claim: 'a picture is taken as base64',
        means: 'pictures of users are left out',
        look: async () => {
          const answer = await look(PICTURE);
          return unless(isMessage(answer), answer);
        },
      },
      {
        claim: `a picture may have ${SIDE} pixels on a side and ${imageBytes} bytes`,
        means: 'larger pictures of users fail, and the answer with them',
        look: async () => {
          const answer = await look(pictureOf(SIDE, Math.floor((imageBytes - FRAME_BYTES) / (SIDE * 3 + 1))));
          return unless(isMessage(answer), answer);
        },
      },
      {
        claim: 'a picture beyond that is 400 `invalid_request_error`',
        means: 'pictures of users are left out although they would be taken',
        look: async () => {
          const answer = await look(pictureOf(SIDE + 1, 1));
          return unless(isError(answer, 400, 'invalid_request_error'), answer);
        },
      },
      {
        claim: 'a document of ours is cited where it is asked about',
        means: 'answers from documents have no sources, and with `knowledge: only` there is none',
        look: async () => {
          const text = 'The refund desk in Lund is open on Tuesdays from nine to eleven.';
          const source = { type: 'text', media_type: 'text/plain', data: text };
          const answer = await say([
            { type: 'document', source, title: 'Opening hours', citations: { enabled: true } },
            { type: 'text', text: 'When is the refund desk in Lund open? Answer from the document.' },
          ]);
          const cited = listAt(answer.body, 'content').flatMap((block) => listAt(block, 'citations'));
          return unless(typeof at(cited, 0, 'cited_text') === 'string', answer);
        },
      },
      {
        claim: 'a tool is called with an id, and the answer says `tool_use`',
        means: 'tools are never run',
        look: async () => {
          const input_schema = { type: 'object', properties: { number: { type: 'string' } }, required: ['number'] };
          const tools = [{ name: 'order_status', description: 'Looks up an order by its number.', input_schema }];
          const answer = await say('Use the tool order_status with number 123456.', { tools, max_tokens: 512 });
          const block = listAt(answer.body, 'content').find((one) => at(one, 'type') === 'tool_use');
          const isCall = typeof at(block, 'id') === 'string' && at(answer.body, 'stop_reason') === 'tool_use';
          return unless(isCall, answer);
        },
      },
    ],
    close: async () => {},
  };
}
