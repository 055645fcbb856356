/** Who may import whom, and what the pure rooms do without: read from the syntax trees of the sources. */
import path from 'node:path';
import { parseAst } from 'vitest/node';

/** Path from the root of the project → text. */
export type Sources = Readonly<Record<string, string>>;

interface Module {
  file: string;
  source: string;
  imports: Import[];
  /** What it does that some rooms may not, as words of `effectOf`. */
  effects: { what: string; line: number }[];
}

interface Import {
  /** A path from the root for a file, the specifier for a package. */
  target: string;
  isType: boolean;
  line: number;
}

/** Rooms that hold the wire to one service each, and the packages that nobody else may touch. */
const EDGES: { room: RegExp; packages: RegExp; name: string }[] = [
  { name: 'claude', room: /^lib\/(claude|tools|knowledge)\//, packages: /^@anthropic-ai\// },
  { name: 'store', room: /^lib\/store\//, packages: /^@aws-sdk\/(client|lib|util)-dynamodb/ },
  { name: 'queue', room: /^lib\/queue[^/]*(\/|\.ts$)/, packages: /^@aws-sdk\/client-sqs/ },
  { name: 'secrets', room: /^lib\/secrets[^/]*(\/|\.ts$)/, packages: /^@aws-sdk\/client-ssm/ },
  { name: 'records', room: /^lib\/records\//, packages: /^reconify/ },
];

/** What a file promises whose first line says `Pure.`: the same answer for the same arguments, at once. */
const IS_PURE = /^\/\*\*[^\n]*\bpure\b/i;
const IMPURE = new Set(['await', 'the clock', 'chance', 'a timer', 'process', 'process.env', 'fetch']);

/** What is written to the table, and under which name, is the store's own affair. */
const STORE = /^lib\/store\//;
const TABLE_ITSELF = /^lib\/store\/(items|access|dynamo|keys)\.ts$/;
const MAY_OPEN_THE_TABLE = /^(lib\/(store|app)|scripts|local|test)\//;
const EXPRESSION =
  /\b(attribute_(not_)?exists|attribute_type|if_not_exists|list_append|begins_with)\s*\(|(=|<>|<=?|>=?) :\w|^\s*(SET|ADD|REMOVE) #?\w/;
const EXPRESSION_NAME =
  /^((Update|Condition|KeyCondition|Filter|Projection)Expression|ExpressionAttribute(Names|Values))$/;
const KEY = /^\^?[A-Z][A-Z-]*#/;

const PLATFORM = /^lib\/platforms\//;
const PLATFORM_MAY_IMPORT = /^lib\/(platforms\/|text\/|bots\/identity|errors|types|config|bounds)/;
const FUNCTION_MAY_IMPORT = /^lib\/(app\/|platforms\/|types\.ts)/;
const INGEST = /^lib\/app\/ingest[^/]*\.ts$/;
const NOT_IN_INGEST = /^@anthropic-ai\/|^@aws-sdk\/|^zod$|^zod\/v\d$/;

/** Every breach of the rules in `sources`, as `file:line what`. */
export function findBreaches(sources: Sources): string[] {
  const modules = Object.entries(sources).map(([file, source]) => readModule(file, source));
  const all = new Map(modules.map((module) => [module.file, module]));
  return [
    ...modules.flatMap(breachesOf),
    ...modules.filter(({ file }) => INGEST.test(file)).flatMap((m) => heavy(m, all)),
    ...circles(all),
  ];
}

function breachesOf({ file, source, imports, effects }: Module): string[] {
  const isFunction = file.startsWith('functions/');
  const isLib = file.startsWith('lib/');
  const isPure = IS_PURE.test(source);
  const own = EDGES.find(({ room }) => room.test(file));
  const breaches: string[] = [];
  const breach = (line: number, what: string) => breaches.push(`${file}:${line} ${what}`);

  if ((isFunction || isLib) && !source.startsWith('/** ')) breach(1, 'does not begin with its stop or room');
  for (const [found] of source.matchAll(/@ts-(ignore|expect-error|nocheck)/g)) breach(1, `has ${found}`);
  for (const { what, line } of effects) {
    if (what === 'any') breach(line, 'uses any');
    if ((what === 'an expression' || what === 'a key') && !STORE.test(file)) breach(line, `has ${what} of the table`);
    if (isPure && IMPURE.has(what)) breach(line, `is pure and uses ${what}`);
    if (what === 'the console' && (isFunction || isLib)) breach(line, 'uses the console');
    if (what === 'process.env' && (isFunction || isLib) && file !== 'lib/config.ts') breach(line, 'reads process.env');
  }
  for (const { target, line, isType } of imports) {
    const isOurs = /^(lib|functions|local|test|scripts)\//.test(target);
    const edge = EDGES.find(({ room, packages }) => room.test(target) || packages.test(target));
    const name = edge?.name ?? '';
    if (TABLE_ITSELF.test(target) && !isType && !MAY_OPEN_THE_TABLE.test(file)) breach(line, `reaches for ${target}`);
    if (isLib && isOurs && !target.startsWith('lib/')) breach(line, `leaves lib for ${target}`);
    if (isFunction && isOurs && !FUNCTION_MAY_IMPORT.test(target)) breach(line, `is a door and imports ${target}`);
    if ((isLib || isFunction) && edge?.packages.test(target) && own !== edge)
      breach(line, `uses ${target} outside ${name}`);
    if (own && edge?.room.test(target) && own !== edge) breach(line, `is an edge and imports the edge ${name}`);
    if (PLATFORM.test(file) && isOurs && !PLATFORM_MAY_IMPORT.test(target))
      breach(line, `is a platform and imports ${target}`);
    if (PLATFORM.test(file) && target === 'lib/config.ts' && !isType)
      breach(line, 'is a platform and reads the settings');
  }
  return breaches;
}

/** Each circle of imports once, types among them: files of a circle can only be read all at once. */
function circles(all: ReadonlyMap<string, Module>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) found.push(`${file}:1 is part of a circle: ${[...way.slice(at), file].join(' → ')}`);
    if (at >= 0 || done.has(file)) return;
    for (const { target } of all.get(file)?.imports ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of all.keys()) visit(file, []);
  return found;
}

/** What a webhook door would drag in, with the way it came. */
function heavy(root: Module, all: ReadonlyMap<string, Module>): string[] {
  const breaches: string[] = [];
  const seen = new Set<string>();
  const visit = (module: Module, way: string[]): void => {
    if (seen.has(module.file)) return;
    seen.add(module.file);
    for (const { target, isType } of module.imports) {
      if (isType) continue;
      const here = [...way, target].join(' → ');
      if (NOT_IN_INGEST.test(target)) breaches.push(`${root.file}:1 reaches ${here}`);
      const next = all.get(target);
      if (next) visit(next, [...way, target]);
    }
  };
  visit(root, []);
  return breaches;
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

function readModule(file: string, source: string): Module {
  const imports: Import[] = [];
  const effects: Module['effects'] = [];
  const lineOf = (node: Node) => source.slice(0, node.start).split('\n').length;
  for (const node of walk(parseAst(source, { lang: 'ts' }))) {
    const imported = importOf(node);
    if (imported) imports.push({ ...imported, target: resolve(file, imported.target), line: lineOf(node) });
    const what = effectOf(node);
    if (what) effects.push({ what, line: lineOf(node) });
  }
  return { file, source, imports, effects };
}

function resolve(file: string, specifier: string): string {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier;
}

function importOf(node: Node): { target: string; isType: boolean } | undefined {
  const target = isNode(node.source) ? node.source.value : undefined;
  if (typeof target !== 'string') return undefined;
  const specifiers = Array.isArray(node.specifiers) ? node.specifiers.filter(isNode) : [];
  const onlyTypes =
    specifiers.length > 0 && specifiers.every((one) => [one.importKind, one.exportKind].includes('type'));
  return {
    target,
    isType: node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType' || onlyTypes,
  };
}

function effectOf(node: Node): string | undefined {
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await === true)) return 'await';
  if (node.type === 'TSAnyKeyword') return 'any';
  if (node.type === 'Property' && EXPRESSION_NAME.test(nameOf(node.key))) return 'an expression';
  if (node.type === 'Property' && nameOf(node.key) === 'pk') return 'a key';
  const text = textOf(node);
  if (EXPRESSION.test(text)) return 'an expression';
  if (KEY.test(text)) return 'a key';
  if (node.type === 'MemberExpression') {
    const name = `${nameOf(node.object)}.${nameOf(node.property)}`;
    if (name === 'Date.now' || name === 'performance.now') return 'the clock';
    if (name === 'Math.random') return 'chance';
    if (name === 'process.env') return 'process.env';
    if (nameOf(node.object) === 'process') return 'process';
    if (nameOf(node.object) === 'console') return 'the console';
  }
  if (node.type === 'NewExpression' && nameOf(node.callee) === 'Date' && isEmpty(node.arguments)) return 'the clock';
  if (node.type === 'CallExpression') {
    const callee = nameOf(node.callee);
    if (callee === 'fetch') return 'fetch';
    if (callee === 'setTimeout' || callee === 'setInterval' || callee === 'setImmediate') return 'a timer';
  }
  return undefined;
}

function nameOf(value: unknown): string {
  if (!isNode(value)) return '';
  return String(value.type === 'Literal' ? value.value : (value.name ?? ''));
}

/** What stands in quotes, in a piece of a template or in a regular expression. */
function textOf(node: Node): string {
  if (node.type === 'Literal') return isRegex(node.regex) ? node.regex.pattern : String(node.value);
  const piece = node.type === 'TemplateElement' ? node.value : undefined;
  return typeof piece === 'object' && piece !== null && 'raw' in piece ? String(piece.raw) : '';
}

function isRegex(value: unknown): value is { pattern: string } {
  return typeof value === 'object' && value !== null && 'pattern' in value && typeof value.pattern === 'string';
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* walk(item);
  if (!isNode(value)) return;
  yield value;
  for (const item of Object.values(value)) if (typeof item === 'object') yield* walk(item);
}
