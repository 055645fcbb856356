/** A Claude that calls tools with an effect before it answers, behind the real asking; and the world in which the effects happen. */
import type Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsBase, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import * as z from 'zod/mini';
import { type Ask, openAsk } from '../../../lib/claude/ask.ts';
import type { ModelCall } from '../../../lib/claude/question.ts';
import { defineTool } from '../../../lib/tools/tool.ts';
import { openToolbox } from '../../../lib/tools/toolbox.ts';
import type { Process } from './mortal.ts';

export interface Acts {
  /** Calls of the one step that acts. */
  calls: 1 | 3;
  /** Whether the tool can find out what became of a call that broke off. */
  recovers: boolean;
  /** Whether the user is asked first. */
  asks?: boolean;
}

/** What happened in the world: by which key, and for which words. */
export interface Happened {
  key: string;
  word: string;
}

export interface ActingDeps {
  process: Process;
  happened: Happened[];
  /** A call of Claude has been answered: its number. */
  answer(asked: string[]): number;
  record(call: ModelCall): Promise<void>;
  now(): number;
}

/** The asking of a process, with a tool that acts. */
export function openActingAsk(
  { process, happened, answer, record, now }: ActingDeps,
  { calls, recovers, asks = false }: Acts,
): Ask {
  const act = defineTool({
    name: 'act',
    description: 'Does something.',
    effect: 'once',
    input: z.strictObject({ word: z.string() }),
    run: ({ word }, { key }) => process.call('effect', () => ({ done: happened.push({ key, word }) > 0 })),
    ...(asks ? { confirm: ({ word }: { word: string }) => `Shall I do ${word}?` } : {}),
    ...(recovers ? { recover: (key: string) => process.call('look', () => found(key)) } : {}),
  });
  const found = (key: string) => (happened.some((one) => one.key === key) ? { done: true } : null);
  const tools = openToolbox([act], {
    bot: { bot: 'default', secrets: {} },
    handToHuman: async () => ({}),
    fetch,
    now,
    log: () => {},
  });
  return openAsk({
    client: clientOf(process, answer, calls),
    settings: {
      provider: 'anthropic',
      profile: undefined,
      model: 'claude-haiku-5-5',
      fallbackModel: undefined,
      effort: undefined,
      maxTokens: 1000,
      systemPrompt: 'Act.',
    },
    tools,
    record,
    now,
    log: () => {},
    pause: async () => false,
    silenceMs: 60_000,
  });
}

/** As much of the SDK's client as the asking uses. */
function clientOf(process: Process, answer: ActingDeps['answer'], calls: number): Anthropic {
  const create = (params: MessageCreateParamsBase) => ({
    withResponse: async () => {
      const data = await process.call('Claude', () => eventsFor(params, answer, calls));
      return { data: stream(data), request_id: 'request' };
    },
  });
  return { messages: { create } } as unknown as Anthropic;
}

async function* stream(events: readonly RawMessageStreamEvent[]) {
  yield* events;
}

function eventsFor({ messages }: MessageCreateParamsBase, answer: ActingDeps['answer'], calls: number) {
  const asked = messages
    .flatMap(({ role, content }) => (role === 'user' && typeof content !== 'string' ? [content] : []))
    .findLast((content) => content.every(({ type }) => type === 'text'));
  const words = (asked ?? []).flatMap((block) =>
    block.type === 'text' && !block.text.startsWith('[') ? block.text : [],
  );
  const n = answer(words);
  const hasActed = JSON.stringify(messages.at(-1)).includes('tool_result');
  const text = `Answer ${n} to ${words.join(' and ')}.`;
  const uses = Array.from({ length: calls }, (_, i) => ({ id: `call_${n}_${i}`, word: `${words[0]} ${i}` }));
  return toEvents(hasActed ? [{ text }] : uses);
}

function toEvents(blocks: readonly ({ text: string } | { id: string; word: string })[]): RawMessageStreamEvent[] {
  const isText = blocks.some((block) => 'text' in block);
  const events = [
    {
      type: 'message_start',
      message: { id: 'm', type: 'message', role: 'assistant', content: [], usage: { input_tokens: 1 } },
    },
    ...blocks.flatMap((block, index) => [
      {
        type: 'content_block_start',
        index,
        content_block:
          'text' in block ? { type: 'text', text: '' } : { type: 'tool_use', id: block.id, name: 'act', input: {} },
      },
      {
        type: 'content_block_delta',
        index,
        delta:
          'text' in block
            ? { type: 'text_delta', text: block.text }
            : { type: 'input_json_delta', partial_json: JSON.stringify({ word: block.word }) },
      },
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: isText ? 'end_turn' : 'tool_use' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ];
  return events as unknown as RawMessageStreamEvent[];
}
