/** Offline Claude: an input for a tool, built from its JSON schema and from what the user said. */

type Schema = Readonly<Record<string, unknown>>;

const formats: Record<string, string> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T12:00:00Z',
  time: '12:00:00Z',
  email: 'somebody@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};
const maxText = 200;

/** A value that fits `schema`; optional properties only where the user's words say something about them. */
export function fill(schema: Schema, said: string, name = ''): unknown {
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return mentioned(schema.enum, said) ?? schema.enum[0];
  if ('default' in schema) return schema.default;
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fill(isSchema(choices[0]) ? choices[0] : {}, said, name);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') return fillObject(schema, said);
  if (type === 'array') return fillArray(schema, said, name);
  if (type === 'number' || type === 'integer') return fillNumber(schema, said);
  if (type === 'boolean') return false;
  if (type === 'null') return null;
  return fillString(schema, said, name);
}

/** The calculation in a sentence, in plain notation; undefined when there is none. */
export function expressionIn(said: string): string | undefined {
  const asked = /\b(?:calculate|compute|evaluate|how much is|what(?:'s|’s| is))\s+([^?\n]+)/i.exec(said)?.[1];
  const plain = asked
    ?.replace(/(\d)\s*[x×]\s*(?=\d)/gi, '$1*')
    .replace(/%\s*of\b\s*/gi, '/100*')
    .replace(/÷|\bdivided by\b/gi, '/')
    .replace(/\b(?:times|multiplied by)\b/gi, '*')
    .replace(/\bplus\b/gi, '+')
    .replace(/\bminus\b/gi, '-')
    .replace(/\bto the power of\b/gi, '^');
  const found = /(?:[a-z]+\d*\(|[\d(-])[\d\s.+\-*/^()%,!]*(?:[a-z]+\d*\([\d\s.+\-*/^()%,!]*)*/i.exec(plain ?? '')?.[0];
  const expression = found?.replace(/[\s.,!]+$/, '');
  return expression && /\d/.test(expression) && /[-+*/^%(!]/.test(expression) ? expression : undefined;
}

// Places are taken to be written with capitals.
function placeIn(said: string): string | undefined {
  return /\b(?:in|for|at|near)\s+(\p{Lu}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’-]*)*)/u.exec(said)?.[1];
}

function zoneIn(said: string): string | undefined {
  return /\b(?:UTC|[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+)\b/.exec(said)?.[0];
}

function fillObject(schema: Schema, said: string): Record<string, unknown> {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const entries = Object.entries(properties).flatMap(([name, property]) => {
    if (!isSchema(property)) return [];
    if (!required.includes(name) && hint(name, said) === undefined) return [];
    return [[name, fill(property, said, name)] as const];
  });
  return Object.fromEntries(entries);
}

function fillArray(schema: Schema, said: string, name: string): unknown[] {
  const length = typeof schema.minItems === 'number' ? schema.minItems : 0;
  const items = isSchema(schema.items) ? schema.items : {};
  return Array.from({ length }, () => fill(items, said, name));
}

function fillNumber(schema: Schema, said: string): number {
  const lowest = typeof schema.minimum === 'number' ? schema.minimum : Number.NEGATIVE_INFINITY;
  const highest = typeof schema.maximum === 'number' ? schema.maximum : Number.POSITIVE_INFINITY;
  const spoken = Number(/-?\d+(?:\.\d+)?/.exec(said)?.[0] ?? 1);
  const value = schema.type === 'integer' ? Math.round(spoken) : spoken;
  return Math.min(Math.max(value, lowest), highest);
}

function fillString(schema: Schema, said: string, name: string): string {
  if (typeof schema.format === 'string' && formats[schema.format] !== undefined) return formats[schema.format] ?? '';
  const longest = typeof schema.maxLength === 'number' ? schema.maxLength : maxText;
  const value = hint(name, said) ?? (/zone|tz/i.test(name) ? 'UTC' : said);
  return [...value].slice(0, longest).join('');
}

function hint(name: string, said: string): string | undefined {
  if (/expr|formula|calculation/i.test(name)) return expressionIn(said);
  if (/zone|tz/i.test(name)) return zoneIn(said);
  if (/place|city|location|where/i.test(name)) return placeIn(said);
  return /reason|why/i.test(name) ? said : undefined;
}

function mentioned(values: readonly unknown[], said: string): unknown {
  return values.find((value) => typeof value === 'string' && said.toLowerCase().includes(value.toLowerCase()));
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
