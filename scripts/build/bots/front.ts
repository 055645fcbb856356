/** The build of bots: the front matter of a bot.md → what it sets, with every wrong key and value in one list. */
import { type Bot, EFFORTS } from '../../../lib/bots/bot.ts';
import { LANGUAGES } from '../../../lib/text/languages.ts';

/** What the front matter says; what it leaves out has no key. */
export type Front = Partial<Omit<Bot, 'name' | 'prompt' | 'promptHash' | 'tools' | 'documents'>>;

/** Gives the value as it is kept, or what would be allowed. */
type Reader = (value: unknown) => { value: unknown } | { allowed: string };

/** Which fields of a verified message Claude may be told. */
const CONTEXT =
  /^(conversation\.(subject|custom\.[\w-]{1,64})|user\.(name|locale|profile|custom\.[\w-]{1,64})|context\.[\w-]{1,64}|metadata\.[\w-]{1,64})$/;

const READERS: Readonly<Record<string, { as: keyof Front; read: Reader }>> = {
  model: { as: 'model', read: matching(/^[\w.:-]{1,100}$/, 'the id of a model, such as claude-haiku-5-5') },
  fallbackModel: { as: 'fallbackModel', read: matching(/^[\w.:-]{1,100}$/, 'the id of a model') },
  effort: { as: 'effort', read: oneOf(EFFORTS) },
  maxTokens: { as: 'maxTokens', read: number(1, 128_000, 'a whole number from 1 to 128000', Number.isInteger) },
  tools: { as: 'toolNames', read: listOf(/^[a-z][a-z0-9_]{0,63}$/, 'a list of names of tools; [] for none') },
  knowledge: { as: 'knowledge', read: oneOf(['also', 'only']) },
  knowledgeUrl: { as: 'knowledgeUrl', read: address },
  talkjs: { as: 'talkjs', read: matching(/^[^\p{Cc}/]{1,200}$/u, 'the id of a TalkJS user') },
  chatApi: { as: 'chatApi', read: matching(/^[\w-]{1,100}$/, 'letters, digits, _ and -') },
  botpress: { as: 'botpress', read: boolean },
  http: { as: 'http', read: listOf(/^[a-z][a-z0-9-]{0,31}$/, 'a list of names of keys in CHAT_ACCESS_KEYS') },
  groups: { as: 'groups', read: oneOf(['mention', 'always', 'untilHuman']) },
  secrets: { as: 'secrets', read: secrets },
  usdPerDay: { as: 'usdPerDay', read: number(0, 1_000_000, 'an amount in US dollars from 0 to 1000000', () => true) },
  language: { as: 'language', read: oneOf(LANGUAGES) },
  disclosure: { as: 'disclosure', read: matching(/^[\s\S]{1,500}$/, 'a text of at most 500 characters') },
  context: {
    as: 'context',
    read: listOf(CONTEXT, 'a list of at most 20 fields such as user.locale or conversation.custom.plan', 20),
  },
};

/** `problems` are half sentences such as `effort must be one of low, high`. */
export function readFront(data: Readonly<Record<string, unknown>>): { front: Front; problems: string[] } {
  const problems: string[] = [];
  const front: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    const reader = Object.hasOwn(READERS, key) ? READERS[key] : undefined;
    if (!reader) problems.push(`${key.slice(0, 40)} is no key of a bot; there are ${Object.keys(READERS).join(', ')}`);
    // A key without a value says nothing.
    else if (value !== null && value !== undefined) {
      const read = reader.read(value);
      if ('allowed' in read) problems.push(`${key} must be ${read.allowed}`);
      else front[reader.as] = read.value;
    }
  }
  return { front: front as Front, problems };
}

function matching(shape: RegExp, allowed: string): Reader {
  return (value) => {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
    return shape.test(text) ? { value: text } : { allowed };
  };
}

function oneOf(words: readonly string[]): Reader {
  return (value) => (words.some((word) => word === value) ? { value } : { allowed: `one of ${words.join(', ')}` });
}

function number(min: number, max: number, allowed: string, isFit: (value: number) => boolean): Reader {
  return (value) => {
    const isFine = typeof value === 'number' && value >= min && value <= max && isFit(value);
    return isFine ? { value } : { allowed };
  };
}

function boolean(value: unknown): ReturnType<Reader> {
  return typeof value === 'boolean' ? { value } : { allowed: 'true or false' };
}

/** More than anybody names by hand. */
const MAX_ITEMS = 100;

function listOf(shape: RegExp, allowed: string, max?: number): Reader {
  return (value) => {
    const isFine =
      Array.isArray(value) &&
      value.length <= (max ?? MAX_ITEMS) &&
      value.every((item) => typeof item === 'string' && shape.test(item));
    return isFine ? { value: [...new Set(value)] } : { allowed };
  };
}

function address(value: unknown): ReturnType<Reader> {
  const isFine = typeof value === 'string' && URL.canParse(value) && /^https?:\/\//.test(value);
  return isFine ? { value: value.replace(/\/+$/, '') } : { allowed: 'an http(s) address' };
}

/** Ours are for us alone, and the platform's own decide about its permissions. */
const OF_OURS =
  /^(AWS_|ANTHROPIC_|CLAUDE_|TALKJS_|BOTPRESS_|CHAT_|RECONIFY_|OTEL_|EVENTS_|OPERATOR_|HANDOFF_|LAMBDA_|NODE_|SECRETS_PATH$|TABLE_NAME$)/;

function secrets(value: unknown): ReturnType<Reader> {
  const read = listOf(/^[A-Z][A-Z0-9_]{0,63}$/, 'a list of names in capitals that are no settings of ours')(value);
  const isOurs = 'value' in read && (read.value as string[]).some((name) => OF_OURS.test(name));
  return isOurs ? { allowed: 'names that are neither settings of ours nor AWS_*' } : read;
}
