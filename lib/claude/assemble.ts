/** Stop 6. The events of one streamed call → the message that they make, whatever is missing among them. Pure. */
import type {
  ContentBlock,
  Message,
  RawMessageStreamEvent,
  Usage,
} from '@anthropic-ai/sdk/resources/messages/messages';

/** What a block is made of while it grows; `type` may be one that nobody knows today. */
type Block = Record<string, unknown> & { type: string };

/** What came of a call so far. */
export interface Assembled {
  /** `undefined` before the first event; its `usage` is whatever was told, so possibly nothing. */
  message: (Omit<Message, 'usage'> & { usage?: Partial<Usage> }) | undefined;
  /** The end was told: nothing is missing. */
  isWhole: boolean;
  /** The output was counted by the API, which it is at the end only. */
  isCounted: boolean;
  /** UTF-8 bytes of all that was written: texts, inputs of tools, thinking and its signatures. */
  bytes: number;
  /** A thought was begun of which nothing has been shown: it may have any length. */
  isThinking: boolean;
}

/** Takes the events one after another; each gives the text that it adds to the answer, if it does. */
export function openAssembly() {
  const assembled: Assembled = { message: undefined, isWhole: false, isCounted: false, bytes: 0, isThinking: false };
  // By the API's number, which another API may leave out or jump with.
  const blocks = new Map<unknown, Block>();
  const inputs = new Map<unknown, string>();
  /** The first half of a character whose second half the next piece may bring. */
  let half = '';

  function count(...texts: unknown[]): void {
    for (const text of texts) if (typeof text === 'string') assembled.bytes += Buffer.byteLength(text);
  }

  function take(event: RawMessageStreamEvent): string | undefined {
    if (event.type === 'message_start') {
      // Another API may begin with words.
      const content = [...(event.message.content ?? [])];
      assembled.message = { ...event.message, content };
      return textIn(content.map((block) => (block.type === 'text' ? block.text : '')).join(''));
    }
    const { message } = assembled;
    if (!message) return undefined;
    switch (event.type) {
      case 'content_block_start': {
        const block: Block = { ...event.content_block };
        half = '';
        if (block.type === 'text') block.text = whole(block.text);
        blocks.set(event.index, block);
        message.content.push(block as unknown as ContentBlock);
        assembled.isThinking = block.type === 'thinking' && !block.thinking;
        count(block.text, block.thinking, block.signature, block.name);
        return textIn(block.text);
      }
      case 'content_block_delta':
        return grow(blocks.get(event.index), event.delta as unknown as Block, event.index);
      case 'content_block_stop':
        close(blocks.get(event.index), inputs.get(event.index));
        return undefined;
      case 'message_delta': {
        const { usage, delta } = event;
        Object.assign(message, delta);
        assembled.isCounted = typeof usage?.output_tokens === 'number';
        message.usage = { ...message.usage, ...toldOf(usage) };
        return undefined;
      }
      case 'message_stop':
        assembled.isWhole = true;
        return undefined;
    }
  }

  /** What is stored and what is shown must not differ, so neither has half a character. */
  function whole(piece: unknown): string {
    const text = join(half, piece);
    half = /[\uD800-\uDBFF]$/.exec(text)?.[0] ?? '';
    return text.slice(0, text.length - half.length).toWellFormed();
  }

  function grow(block: Block | undefined, delta: Block, index: unknown): string | undefined {
    if (!block) return undefined;
    count(delta.text, delta.thinking, delta.signature, delta.partial_json);
    if (delta.thinking || delta.signature) assembled.isThinking = false;
    const text = delta.type === 'text_delta' ? whole(delta.text) : undefined;
    if (text !== undefined) block.text = join(block.text, text);
    if (delta.type === 'thinking_delta') block.thinking = join(block.thinking, delta.thinking);
    if (delta.type === 'signature_delta') block.signature = delta.signature;
    if (delta.type === 'input_json_delta') inputs.set(index, join(inputs.get(index), delta.partial_json));
    if (delta.type === 'citations_delta') {
      block.citations = [...(Array.isArray(block.citations) ? block.citations : []), delta.citation];
    }
    return textIn(text);
  }

  /** What the text says it is from whose block this event ends. */
  function citedBy(event: RawMessageStreamEvent): readonly unknown[] {
    const block = event.type === 'content_block_stop' ? blocks.get(event.index) : undefined;
    return block?.type === 'text' && Array.isArray(block.citations) ? block.citations : [];
  }

  return { assembled, take, citedBy };
}

/** No tool takes more, and what reads and records it has a stack that ends. */
const DEEPEST_INPUT = 32;

/** What is no JSON, or nested without end, stays text: the tool then says what is wrong with it. */
function close(block: Block | undefined, json: string | undefined): void {
  if (!block || json === undefined || json.trim() === '') return;
  try {
    block.input = depthOf(json) > DEEPEST_INPUT ? json : JSON.parse(json);
  } catch {
    block.input = json;
  }
}

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of json.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[[\]{}]/g)) {
    depth += mark === '[' || mark === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function toldOf(usage: object | null | undefined): Partial<Usage> {
  return Object.fromEntries(Object.entries(usage ?? {}).filter(([, value]) => value !== null));
}

function join(one: unknown, other: unknown): string {
  return `${textIn(one) ?? ''}${textIn(other) ?? ''}`;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
