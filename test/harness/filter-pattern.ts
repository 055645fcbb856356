/** CloudWatch's filter patterns for JSON, as far as our metric filters go: selectors, strings, numbers, `&&`, `||`, parentheses. */

type Line = Record<string, unknown>;
type Test = (line: Line) => boolean;

const TOKEN = /\s*(\(|\)|&&|\|\||!=|=|>=|<=|>|<|\$(?:\.[\w-]+)+|"[^"]*"|-?\d+(?:\.\d+)?|NOT EXISTS)/y;

/**
 * What `{ $.event = "x" && $.kind = "y" }` says of a line. `&&` binds closer than `||`. Throws for what it does not know. By
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function matcherOf(pattern: string): Test {
  const [, inner] = /^\{(.*)\}$/s.exec(pattern.trim()) ?? [];
  if (inner === undefined) throw new Error(`no JSON pattern: ${pattern}`);
  const tokens = tokensOf(inner);
  const test = either(tokens);
  if (tokens.length > 0) throw new Error(`not understood from ${tokens[0]}: ${pattern}`);
  return test;
}

/** The value at a selector such as `$.usage.tokens`. */
export function valueAt(line: Line, selector: string): unknown {
  const names = selector.split('.').slice(1);
  return names.reduce<unknown>((value, name) => (isLine(value) ? value[name] : undefined), line);
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`not understood: ${text.slice(at)}`);
    tokens.push(token);
  }
  return tokens;
}

function either(tokens: string[]): Test {
  const tests = [both(tokens)];
  while (tokens[0] === '||' && tokens.shift()) tests.push(both(tokens));
  return (line) => tests.some((test) => test(line));
}

function both(tokens: string[]): Test {
  const tests = [one(tokens)];
  while (tokens[0] === '&&' && tokens.shift()) tests.push(one(tokens));
  return (line) => tests.every((test) => test(line));
}

function one(tokens: string[]): Test {
  const first = tokens.shift() ?? '';
  if (first === '(') {
    const inner = either(tokens);
    if (tokens.shift() !== ')') throw new Error('a parenthesis is open');
    return inner;
  }
  if (!first.startsWith('$')) throw new Error(`no selector: ${first}`);
  const operator = tokens.shift() ?? '';
  if (operator === 'NOT EXISTS') return (line) => valueAt(line, first) === undefined;
  const wanted: unknown = JSON.parse(tokens.shift() ?? 'null');
  return (line) => compare(valueAt(line, first), operator, wanted);
}

/** A selector that finds nothing matches nothing, `!=` neither. */
function compare(value: unknown, operator: string, wanted: unknown): boolean {
  if (value === undefined || typeof value !== typeof wanted) return false;
  if (operator === '=') return value === wanted;
  if (operator === '!=') return value !== wanted;
  if (typeof value !== 'number' || typeof wanted !== 'number') return false;
  return { '>': value > wanted, '<': value < wanted, '>=': value >= wanted, '<=': value <= wanted }[operator] ?? false;
}

function isLine(value: unknown): value is Line {
  return typeof value === 'object' && value !== null;
}
