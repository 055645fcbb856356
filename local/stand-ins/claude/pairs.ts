/** Offline Claude: tools and their results. Every `tool_use` is answered at the very start of the next user turn. */
import { invalid } from './errors.ts';
import type { Block, CountRequest, Message } from './shape.ts';

/** Checks that every call has exactly one result in the right place, and no result is without its call. */
export function checkToolPairs(messages: Message[]): void {
  const turns = mergeNeighbours(messages);
  const seen = new Set<string>();
  for (const [index, { role, content }] of turns.entries()) {
    if (role === 'user') checkResults(content, callsOf(turns[index - 1]?.content), index);
    for (const id of callsOf(content)) {
      if (seen.has(id)) throw invalid(`messages.${index}: \`tool_use\` ids must be unique`);
      seen.add(id);
    }
    const next = turns[index + 1];
    if (role === 'assistant' && next) checkAnswered(callsOf(content), leadingResults(next.content), index);
  }
}

/** Checks the definitions and that the choice among them is possible. */
export function checkTools({ tools = [], tool_choice: choice }: CountRequest): void {
  const names = tools.map(({ name }) => name);
  if (new Set(names).size < names.length) throw invalid('tools: Tool names must be unique.');
  for (const [index, tool] of tools.entries()) {
    const schema = 'input_schema' in tool ? tool.input_schema : undefined;
    if (typeof schema !== 'object' || schema === null) continue;
    if (['oneOf', 'allOf', 'anyOf'].some((word) => word in schema)) {
      throw invalid(
        `tools.${index}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
      );
    }
  }
  if (!choice) return;
  if (tools.length === 0) throw invalid('tool_choice: tool_choice may only be specified while providing tools');
  if (choice.type === 'tool' && !names.includes(choice.name)) {
    throw invalid(`tool_choice: Tool '${choice.name}' not found in provided tools`);
  }
}

interface Turn {
  role: 'user' | 'assistant';
  content: Block[];
}

// The API joins neighbours of one role; an instruction between them belongs to the user's turn.
function mergeNeighbours(messages: Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const { role, content } of messages) {
    const speaker = role === 'assistant' ? role : 'user';
    const last = turns.at(-1);
    if (last?.role === speaker) last.content.push(...content);
    else turns.push({ role: speaker, content: [...content] });
  }
  return turns;
}

function callsOf(content: Block[] = []): string[] {
  return content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
}

function leadingResults(content: Block[]): Set<string> {
  const end = content.findIndex(({ type }) => type !== 'tool_result');
  const leading = end < 0 ? content : content.slice(0, end);
  return new Set(leading.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : [])));
}

function checkAnswered(calls: string[], results: Set<string>, index: number): void {
  const missing = calls.filter((id) => !results.has(id));
  if (missing.length === 0) return;
  throw invalid(
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. ` +
      'Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  );
}

function checkResults(content: Block[], calls: string[], index: number): void {
  const answered = new Set<string>();
  for (const [position, block] of content.entries()) {
    if (block.type !== 'tool_result') continue;
    const id = block.tool_use_id;
    const at = `messages.${index}.content.${position}`;
    if (!calls.includes(id)) {
      throw invalid(
        `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. ` +
          'Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
      );
    }
    if (answered.has(id)) {
      throw invalid(
        `${at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      );
    }
    answered.add(id);
    const parts: Block[] = block.content ?? [];
    if (block.is_error && parts.some(({ type }) => type !== 'text')) {
      throw invalid(`${at}: all content must be type "text" if \`is_error\` is true`);
    }
  }
}
