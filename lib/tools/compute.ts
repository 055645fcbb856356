/** Arithmetic for the calculator: jsep reads an expression into a tree, and only what is named here is computed. Pure. */
import jsep, { type Expression } from 'jsep';

/** What the expression asks for is not there; `message` says what is. */
export class NotComputable extends Error {
  override readonly name = 'NotComputable';
}

jsep.removeAllUnaryOps();
jsep.removeAllBinaryOps();
jsep.removeAllLiterals();
for (const [operator, precedence] of [
  ['+', 1],
  ['-', 1],
  ['*', 2],
  ['/', 2],
  ['%', 2],
] as const) {
  jsep.addBinaryOp(operator, precedence);
}
jsep.addBinaryOp('^', 3, true);

type Scope = jsep.HookScope;

/** A sign binds weaker than a power, as in mathematics: -2^2 is -4. */
jsep.hooks.add('gobble-token', function (env) {
  const operator = this.char;
  if (operator !== '-' && operator !== '+') return;
  this.index++;
  env.node = { type: 'UnaryExpression', operator, argument: power(this) };
});

function power(scope: Scope): Expression {
  const base = scope.gobbleToken();
  if (!base) return scope.throwError('Expected a number');
  scope.gobbleSpaces();
  if (scope.char !== '^') return base;
  scope.index++;
  return { type: 'BinaryExpression', operator: '^', left: base, right: power(scope) };
}

const operators: ReadonlyMap<unknown, (a: number, b: number) => number> = new Map([
  ['+', (a: number, b: number) => a + b],
  ['-', (a: number, b: number) => a - b],
  ['*', (a: number, b: number) => a * b],
  ['/', (a: number, b: number) => a / b],
  ['%', (a: number, b: number) => a % b],
  ['^', (a: number, b: number) => a ** b],
]);

const constants: ReadonlyMap<unknown, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
]);

const { abs, ceil, floor, round, sqrt, cbrt, exp, log: ln, log10, log2, sin, cos, tan, min, max } = Math;

/** A map, not an object: nothing is inherited, so `constructor` is just an unknown name. */
const functions: ReadonlyMap<unknown, (...numbers: number[]) => number> = new Map(
  Object.entries({
    ...{ abs, ceil, floor, round, sqrt, cbrt, exp, ln, log10, log2, sin, cos, tan, min, max, factorial },
  }),
);

/** The highest whose factorial is a finite number. */
const MAX_FACTORIAL = 170;

function factorial(n: number): number {
  if (!Number.isInteger(n) || n < 0 || n > MAX_FACTORIAL) {
    throw new NotComputable(`factorial takes whole numbers from 0 to ${MAX_FACTORIAL}.`);
  }
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return product;
}

/** Rounded to 15 digits, so that 0.1+0.2 is 0.3. Throws `NotComputable`, or the parser's error for what is no expression. */
export function compute(expression: string): number {
  const value = evaluate(jsep(expression.replaceAll('**', '^')));
  if (!Number.isFinite(value)) {
    throw new NotComputable(
      'The result is not a finite number: a division by zero, a root of a negative number, or too large.',
    );
  }
  return Number(value.toPrecision(15));
}

function evaluate(node: unknown): number {
  if (!isExpression(node)) throw new NotComputable('Something is missing in the expression.');
  const { type, value, operator, left, right, argument, name, callee, arguments: given } = node;
  if (type === 'Literal' && typeof value === 'number') return value;
  if (type === 'UnaryExpression') return operator === '-' ? -evaluate(argument) : evaluate(argument);
  const apply = type === 'BinaryExpression' ? operators.get(operator) : undefined;
  if (apply) return apply(evaluate(left), evaluate(right));
  const constant = type === 'Identifier' ? constants.get(name) : undefined;
  if (constant !== undefined) return constant;
  const call = type === 'CallExpression' && isExpression(callee) ? functions.get(callee.name) : undefined;
  if (call && Array.isArray(given) && given.length > 0) return call(...given.map(evaluate));
  throw new NotComputable(
    `Only numbers (without thousands separators), + - * / % ^, parentheses, pi, e and these functions: ${[...functions.keys()].join(', ')}.`,
  );
}

function isExpression(node: unknown): node is Expression {
  return typeof node === 'object' && node !== null && 'type' in node;
}
