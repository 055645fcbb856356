/** Offline Claude: which tools it uses: those it is told to use, or whose name fits what is asked for, all in one step. */
import { randomUUID } from 'node:crypto';
import type { Conversation } from './conversation.ts';
import { expressionIn, fill } from './fill.ts';
import type { MessagesRequest, Tool } from './shape.ts';

/** A call; `json` is its input as it is streamed. */
export interface ToolCall {
  id: string;
  name: string;
  json: string;
}

const wishes: readonly { tool: RegExp; isMeant: (said: string) => boolean }[] = [
  {
    tool: /time/i,
    isMeant: (said) =>
      /\bwhat time\b|\bthe (?:current )?time\b|\bwhat(?:'s|’s| is) the date\b|\bwhat (?:day|date) is\b/i.test(said),
  },
  { tool: /calc/i, isMeant: (said) => expressionIn(said) !== undefined },
  { tool: /weather/i, isMeant: (said) => /\bweather\b|\bforecast\b|\bwill it rain\b/i.test(said) },
  {
    tool: /human/i,
    isMeant: (said) =>
      /\b(?:talk|speak|chat|connect|transfer|hand|want|need|get|give)\b.*\b(?:human|person|agent|operator)\b|\bhuman\b.*\bplease\b/i.test(
        said,
      ),
  },
];

/** The calls to make now; none when results have just come in, unless the request forces one. */
export function chooseTools(request: MessagesRequest, { said, results }: Conversation): ToolCall[] {
  const { tools = [], tool_choice: choice } = request;
  const own = tools.filter((tool) => 'input_schema' in tool);
  const text = said.join('\n');
  if (choice?.type === 'none') return [];
  if (choice?.type === 'tool') return own.filter(({ name }) => name === choice.name).map((tool) => callOf(tool, text));
  const isForced = choice?.type === 'any';
  if (results.length > 0 && !isForced) return [];
  const told = toldIn(text, own);
  if (told.length > 0 && !isForced) return told.slice(0, choice?.disable_parallel_tool_use ? 1 : told.length);
  const searched = searchIn(text, own) ?? [];
  if (searched.length > 0 && !isForced) return searched;
  const wanted = own.filter(({ name }) => wishes.some((wish) => wish.tool.test(name) && wish.isMeant(text)));
  const chosen = isForced && wanted.length === 0 ? own.slice(0, 1) : wanted;
  const most = choice?.disable_parallel_tool_use ? 1 : chosen.length;
  return chosen.slice(0, most).map((tool) => callOf(tool, text));
}

/**
 * "Use the tool order_status with number 123456": any tool by its name. What stands behind "with", up to the next sentence, is its input:
 * `name value` pairs, with "and" or a comma between them, quotes where a value has blank space, or a JSON object.
 */
function toldIn(text: string, tools: readonly Tool[]): ToolCall[] {
  const orders = [
    ...text.matchAll(
      /\buse (?:the )?tool [`"“]?([a-zA-Z0-9_-]+)[`"”]?(?:\s+with\s+([^\n]*?))?(?=[.;!?]?\s*(?:$|\n)|[.;!?]\s)/gi,
    ),
  ];
  return orders.flatMap(([, name, words = '']) => {
    const tool = tools.find((candidate) => candidate.name === name);
    const schema = tool && 'input_schema' in tool ? tool.input_schema : {};
    return tool ? [{ id: newCallId(), name: tool.name, json: JSON.stringify(inputIn(words, schema)) }] : [];
  });
}

/** A question is looked up, where there is something to look it up in. */
function searchIn(text: string, tools: readonly Tool[]): ToolCall[] | undefined {
  const tool = tools.find(({ name }) => name === 'search_knowledge');
  const isQuestion =
    /\?|^\s*(?:how|what|when|where|which|who|why|can|do|does|is|are|wie|was|wann|wo|comment|quand)\b/i.test(text);
  if (!tool || !isQuestion) return undefined;
  return [{ id: newCallId(), name: tool.name, json: JSON.stringify({ queries: [text.slice(0, 300)] }) }];
}

function inputIn(words: string, schema: unknown): unknown {
  try {
    return words.trim().startsWith('{') ? JSON.parse(words) : pairsIn(words, schema);
  } catch {
    return {};
  }
}

function pairsIn(words: string, schema: unknown): Record<string, unknown> {
  const pairs = [
    ...words.matchAll(/([a-zA-Z_][\w-]*)\s*[:=]?\s+(?:"([^"]*)"|“([^”]*)”|([^\s,]+))(?:,|\s+and\b|\s*$)?/g),
  ];
  return Object.fromEntries(
    pairs.map(([, key = '', quoted, curly, plain = '']) => [
      key,
      typed(quoted ?? curly ?? plain, propertyOf(schema, key)),
    ]),
  );
}

function propertyOf(schema: unknown, key: string): unknown {
  const properties = isObject(schema) && isObject(schema.properties) ? schema.properties : {};
  const property = properties[key];
  return isObject(property) ? property.type : undefined;
}

function typed(text: string, type: unknown): unknown {
  if ((type === 'number' || type === 'integer') && text.trim() !== '' && Number.isFinite(Number(text)))
    return Number(text);
  if (type === 'boolean') return /^(true|yes|on)$/i.test(text);
  return text;
}

/** A fresh id for a call. */
export function newCallId(): string {
  return `toolu_offline_${randomUUID().replaceAll('-', '')}`;
}

function callOf(tool: Tool, said: string): ToolCall {
  const schema = 'input_schema' in tool ? tool.input_schema : {};
  return { id: newCallId(), name: tool.name, json: JSON.stringify(fill(isObject(schema) ? schema : {}, said)) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
