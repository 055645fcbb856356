/** Offline Claude: from words to an answer: thinking first, limits kept, everything counted. */
import { randomUUID } from 'node:crypto';
import { answer, type Words } from './answer.ts';
import type { PromptUsage } from './cache.ts';
import type { FullFault } from './faults.ts';
import type { Effort, ModelRules } from './models.ts';
import { isThinking } from './options.ts';
import type { MessagesRequest } from './shape.ts';
import { type Answer, type AnswerBlock, pieces, type Usage } from './stream.ts';
import { sign } from './thinking.ts';
import { newCallId } from './tool-choice.ts';

// Thinking is taken from max_tokens before the first word.
const thinkingTokens: Record<Effort, number> = { low: 8, medium: 16, high: 32, xhigh: 64, max: 128 };

/** What the model answers, within `max_tokens` and the window, as `fault` bends it. */
export function compose(request: MessagesRequest, rules: ModelRules, prompt: PromptUsage, fault?: FullFault): Answer {
  const effort = request.output_config?.effort ?? rules.effort ?? 'medium';
  const thought = isThinking(request, rules) ? thinkingTokens[effort] : 0;
  const total = prompt.fresh + prompt.written5m + prompt.written1h + prompt.read;
  const left = rules.window - total;
  const room = Math.min(request.max_tokens, left);
  const stopped = atStopSequence(wordsOf(request, fault), request.stop_sequences);
  const { words, used, isCut } = within(stopped.words, room - thought);
  const blocks = [...(thought > 0 ? [think(request)] : []), ...blocksOf(words)];
  if (fault?.stopReason === 'pause_turn') blocks.push(pausedCall());
  const cutBy = request.max_tokens <= left ? 'max_tokens' : 'model_context_window_exceeded';
  const stopReason = fault?.stopReason ?? (isCut ? cutBy : naturalEnd(words, stopped.sequence));
  const output = Math.min(used + thought, Math.max(0, room));
  return {
    id: `msg_offline_${randomUUID().replaceAll('-', '')}`,
    model: request.model,
    blocks: request.max_tokens === 0 ? [] : blocks,
    stopReason,
    stopSequence: fault?.stopSequence ?? (stopReason === 'stop_sequence' ? stopped.sequence : null),
    stopDetails: stopDetails(stopReason, fault),
    uncounted: fault?.uncounted,
    startsWithWords: fault?.startsWithWords,
    usage: { ...usageOf(prompt, output, Math.min(thought, output)), ...definedOf(fault?.usage ?? {}) },
  };
}

function wordsOf(request: MessagesRequest, fault: FullFault | undefined): Words {
  if (fault?.text !== undefined || fault?.tools) {
    const calls = (fault.tools ?? []).map(({ name, input, json, id }) => ({
      id: id ?? newCallId(),
      name,
      json: json ?? JSON.stringify(input ?? {}),
    }));
    return { text: fault.text ?? null, calls };
  }
  // These stop before anything is said, unless the fault says what.
  const isSilent = fault?.stopReason === 'refusal' || fault?.stopReason === 'compaction';
  return isSilent ? { text: null, calls: [] } : answer(request);
}

function atStopSequence(words: Words, sequences: readonly string[] = []): { words: Words; sequence: string | null } {
  const { text } = words;
  if (text === null) return { words, sequence: null };
  const hits = sequences.map((sequence) => ({ sequence, at: text.indexOf(sequence) })).filter(({ at }) => at >= 0);
  const [first] = hits.sort((one, other) => one.at - other.at);
  if (!first) return { words, sequence: null };
  return { words: { ...words, text: text.slice(0, first.at), calls: [] }, sequence: first.sequence };
}

function within(words: Words, room: number): { words: Words; used: number; isCut: boolean } {
  const text = words.text === null ? [] : pieces(words.text);
  const inputs = words.calls.reduce((sum, { json }) => sum + pieces(json).length, 0);
  const used = text.length + inputs;
  if (room > 0 && used <= room) return { words, used, isCut: false };
  const cut = { used: Math.max(0, room), isCut: true };
  if (room <= 0) return { words: { text: null, calls: [] }, ...cut };
  if (text.length > room) return { words: { ...words, text: text.slice(0, room).join(''), calls: [] }, ...cut };
  return { words: { text: words.text, calls: partial(words.calls, room - text.length) }, ...cut };
}

function partial(calls: Words['calls'], room: number): Words['calls'] {
  let left = room;
  return calls.flatMap((call) => {
    const input = pieces(call.json).slice(0, Math.max(0, left));
    left -= input.length;
    return input.length > 0 ? [{ ...call, json: input.join('') }] : [];
  });
}

function blocksOf({ text, calls, cited }: Words): AnswerBlock[] {
  const uses = calls.map((call): AnswerBlock => ({ type: 'tool_use', ...call }));
  return text === null ? uses : [...textBlocks(text, cited), ...uses];
}

/** One block for each part that is from something, and one for what stands between two of them. */
function textBlocks(text: string, cited: Words['cited'] = []): AnswerBlock[] {
  const blocks: AnswerBlock[] = [];
  let at = 0;
  for (const part of cited) {
    const start = text.indexOf(part.text, at);
    if (start === -1) break;
    if (start > at) blocks.push({ type: 'text', text: text.slice(at, start) });
    blocks.push({ type: 'text', text: part.text, citations: part.citations });
    at = start + part.text.length;
  }
  if (at < text.length || blocks.length === 0) blocks.push({ type: 'text', text: text.slice(at) });
  return blocks;
}

function think(request: MessagesRequest): AnswerBlock {
  const isShown =
    (request.thinking?.type === 'adaptive' || request.thinking?.type === 'enabled') &&
    request.thinking.display === 'summarized';
  const thinking = isShown ? 'The user wants an answer, and I have none but my own words.' : '';
  return { type: 'thinking', thinking, signature: sign(request) };
}

function pausedCall(): AnswerBlock {
  const id = `srvtoolu_offline_${randomUUID().replaceAll('-', '')}`;
  return { type: 'server_tool_use', id, name: 'web_search', json: '{"query":"something that takes long"}' };
}

function naturalEnd({ calls }: Words, sequence: string | null): string {
  if (calls.length > 0) return 'tool_use';
  return sequence === null ? 'end_turn' : 'stop_sequence';
}

function stopDetails(stopReason: string, fault: FullFault | undefined): Answer['stopDetails'] {
  if (stopReason !== 'refusal') return null;
  const details = fault?.stopDetails ?? {
    category: 'general_harms',
    explanation: 'The offline Claude was asked to refuse.',
  };
  return { type: 'refusal', ...details };
}

function usageOf(prompt: PromptUsage, output: number, thought: number): Usage {
  return {
    input_tokens: prompt.fresh,
    cache_creation_input_tokens: prompt.written5m + prompt.written1h,
    cache_read_input_tokens: prompt.read,
    cache_creation: { ephemeral_5m_input_tokens: prompt.written5m, ephemeral_1h_input_tokens: prompt.written1h },
    output_tokens: output,
    output_tokens_details: { thinking_tokens: thought },
    server_tool_use: null,
    service_tier: 'standard',
    speed: 'standard',
    inference_geo: null,
  };
}

function definedOf(usage: NonNullable<FullFault['usage']>): Partial<Usage> {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}
