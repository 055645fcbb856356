/** DynamoDB's condition, key and update expressions, as far as this project writes them, on plain values. */

export type Fields = Record<string, unknown>;

export interface Placeholders {
  names?: Record<string, string> | undefined;
  values?: Record<string, unknown> | undefined;
}

/** Whether `item` meets the expression. */
export function meets(item: Fields, expression: string, placeholders: Placeholders): boolean {
  const read = reader(expression);
  const isMet = readOr(read, { item, ...placeholders });
  if (read.peek() !== undefined) throw new Error(`not understood: ${read.peek()} in ${expression}`);
  return isMet;
}

/** Changes `item` in place. What the values of `if_not_exists` see is the item as it was. */
export function change(item: Fields, expression: string, placeholders: Placeholders): void {
  const before: Scope = { item: { ...item }, ...placeholders };
  const read = reader(expression);
  for (let clause = read.next(); clause !== undefined; clause = read.next()) {
    do {
      const path = pathOf(read.next() ?? '', before);
      if (clause === 'REMOVE') remove(item, path);
      else if (clause === 'ADD') put(item, path, sum(at(item, path), operand(read, before)));
      else if (clause === 'SET') {
        read.expect('=');
        put(item, path, operand(read, before));
      } else throw new Error(`not understood: ${clause} in ${expression}`);
    } while (read.skip(','));
  }
}

interface Scope extends Placeholders {
  item: Fields;
}

type Reader = ReturnType<typeof reader>;

const TOKENS = /<>|<=|>=|[(),=<>]|[#:]?[\w.#-]+/g;

const known = new Map<string, readonly string[]>();

function reader(expression: string) {
  const tokens = known.get(expression) ?? expression.match(TOKENS) ?? [];
  known.set(expression, tokens);
  let i = 0;
  const skip = (token: string) => tokens[i] === token && ++i > 0;
  return {
    peek: () => tokens[i],
    next: () => tokens[i++],
    skip,
    expect: (token: string) => {
      if (!skip(token)) throw new Error(`${token} expected in ${expression}`);
    },
  };
}

function readOr(read: Reader, scope: Scope): boolean {
  let isMet = readAnd(read, scope);
  while (read.skip('OR')) isMet = readAnd(read, scope) || isMet;
  return isMet;
}

function readAnd(read: Reader, scope: Scope): boolean {
  let isMet = readOne(read, scope);
  while (read.skip('AND')) isMet = readOne(read, scope) && isMet;
  return isMet;
}

function readOne(read: Reader, scope: Scope): boolean {
  if (read.skip('(')) {
    const isMet = readOr(read, scope);
    read.expect(')');
    return isMet;
  }
  for (const name of ['attribute_exists', 'attribute_not_exists'] as const) {
    if (!read.skip(name)) continue;
    read.expect('(');
    const isThere = at(scope.item, pathOf(read.next() ?? '', scope)) !== undefined;
    read.expect(')');
    return isThere === (name === 'attribute_exists');
  }
  if (read.skip('begins_with')) {
    read.expect('(');
    const whole = operand(read, scope);
    read.expect(',');
    const start = operand(read, scope);
    read.expect(')');
    return String(whole).startsWith(String(start));
  }
  const left = operand(read, scope);
  const operator = read.next();
  const right = operand(read, scope);
  if (operator !== 'BETWEEN') return compare(left, operator, right);
  read.expect('AND');
  const upper = operand(read, scope);
  return compare(left, '>=', right) && compare(left, '<=', upper);
}

/** A missing attribute is unequal to everything and neither more nor less than anything. */
function compare(left: unknown, operator: string | undefined, right: unknown): boolean {
  if (operator === '=') return left !== undefined && left === right;
  if (operator === '<>') return left !== right;
  if (left === undefined || right === undefined || typeof left !== typeof right) return false;
  const [a, b] = [left as string, right as string];
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  if (operator === '>') return a > b;
  if (operator === '>=') return a >= b;
  throw new Error(`not understood: ${operator}`);
}

function operand(read: Reader, scope: Scope): unknown {
  const token = read.next() ?? '';
  if (token === 'if_not_exists') {
    read.expect('(');
    const found = at(scope.item, pathOf(read.next() ?? '', scope));
    read.expect(',');
    const otherwise = operand(read, scope);
    read.expect(')');
    return found ?? otherwise;
  }
  if (!token.startsWith(':')) return at(scope.item, pathOf(token, scope));
  const value = scope.values?.[token];
  if (value === undefined) throw new Error(`${token} has no value`);
  return value;
}

function pathOf(token: string, { names = {} }: Placeholders): string[] {
  return token.split('.').map((part) => (part.startsWith('#') ? nameOf(names[part], part) : part));
}

function nameOf(name: string | undefined, part: string): string {
  if (name === undefined) throw new Error(`${part} has no name`);
  return name;
}

function at(item: unknown, [first = '', ...rest]: readonly string[]): unknown {
  const found = typeof item === 'object' && item !== null ? (item as Fields)[first] : undefined;
  return rest.length === 0 ? found : at(found, rest);
}

/** Only attributes of the item itself are ever written here. */
function put(item: Fields, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length > 0) throw new Error('a path inside an attribute is never written');
  item[name] = value;
}

function remove(item: Fields, [name = '']: readonly string[]): void {
  delete item[name];
}

function sum(before: unknown, by: unknown): unknown {
  if (by instanceof Set) return new Set([...(before instanceof Set ? before : []), ...by]);
  return Number(before ?? 0) + Number(by);
}
