/** Offline Claude: misbehaviour on demand. A queue of faults; each request takes the first one that fits it. */
import { z } from 'zod';

const breaks = z.strictObject({
  /** stall: silence for ever · cut: the socket dies · end: a clean end too early · error: an `error` event · garbage: half a JSON. */
  how: z.enum(['stall', 'cut', 'end', 'error', 'garbage']),
  /** Pieces of text or tool input sent before that. */
  after: z.int().min(0).default(0),
  errorType: z.string().default('overloaded_error'),
  /** A stall that still shows life: a ping this often. */
  pingMs: z.int().min(1).optional(),
});

const toolUse = z.strictObject({
  name: z.string(),
  input: z.unknown().optional(),
  /** The input as text, for one that is no JSON. */
  json: z.string().optional(),
  id: z.string().optional(),
});

const fault = z.strictObject({
  /** Only for requests whose latest user text contains this. */
  match: z.string().optional(),
  /** Only for requests to this model. */
  model: z.string().optional(),
  /** Which calls it is for. */
  on: z.enum(['messages', 'count_tokens', 'models']).default('messages'),
  /** How many requests take it. */
  times: z.union([z.int().min(1), z.literal('forever')]).default(1),

  /** never: the headers do not come · cut: the socket dies before them · a number: they come so many ms late. */
  headers: z.union([z.enum(['never', 'cut']), z.int().min(0)]).optional(),

  /** An error of this status instead of an answer. */
  status: z.int().min(400).max(599).optional(),
  errorType: z.string().optional(),
  errorMessage: z.string().optional(),
  /** `error.details.error_code`, for example enforced_spend_limit_reached. */
  errorCode: z.string().optional(),
  /** Seconds, or whatever the header shall say. */
  retryAfter: z.union([z.number(), z.string()]).optional(),
  retryAfterMs: z.number().optional(),
  shouldRetry: z.boolean().optional(),
  /** A page as a proxy in between would send it, instead of the API's JSON. */
  html: z.boolean().optional(),
  /** 200 with a JSON document that breaks off. */
  brokenBody: z.boolean().optional(),

  /** The words of the answer, sent as they are; null for no text block at all. */
  text: z.string().nullable().optional(),
  /** The tools it uses, with `times: 'forever'` an endless loop. */
  tools: z.array(toolUse).optional(),
  stopReason: z.string().optional(),
  stopSequence: z.string().optional(),
  stopDetails: z.strictObject({ category: z.string().nullable(), explanation: z.string().nullable() }).optional(),
  /** Replaces what it would have counted. */
  usage: z
    .strictObject({
      input_tokens: z.int().min(0).optional(),
      output_tokens: z.int().min(0).optional(),
      cache_creation_input_tokens: z.int().min(0).optional(),
      cache_read_input_tokens: z.int().min(0).optional(),
    })
    .optional(),
  /** Where a stream says nothing of tokens, as other servers of this API do: at its beginning, at its end, nowhere. */
  uncounted: z.enum(['start', 'end', 'both']).optional(),
  /** A block's first words come with its beginning, not behind it. */
  startsWithWords: z.boolean().optional(),
  /** Milliseconds per piece of the answer. */
  tokenMs: z.number().min(0).optional(),
  breaks: breaks.optional(),
});

/** A fault as one writes it; what is left out has its default. */
export type Fault = z.input<typeof fault>;
/** A fault with its defaults. */
export type FullFault = z.infer<typeof fault>;

/** What a fault may depend on. */
export interface Occasion {
  on: FullFault['on'];
  model: string;
  lastUserText: string;
}

export interface Faults {
  /** Adds one fault or a list of them from code or from a request's body; throws a `ZodError` for what is none. */
  add(faults: unknown): number;
  take(occasion: Occasion): FullFault | undefined;
  /** Empties the queue; gives what is left in it. */
  clear(): 0;
}

/** An empty queue. */
export function createFaults(): Faults {
  let queue: { fault: FullFault; left: number }[] = [];
  return {
    add(faults) {
      const list: unknown[] = Array.isArray(faults) ? faults : [faults];
      const parsed = list.map((item) => fault.parse(item));
      const withLeft = parsed.map((item) => ({ fault: item, left: item.times === 'forever' ? Infinity : item.times }));
      queue = [...queue, ...withLeft];
      return queue.length;
    },
    take(occasion) {
      const found = queue.find((entry) => fits(entry.fault, occasion));
      if (!found) return undefined;
      found.left -= 1;
      queue = queue.filter(({ left }) => left > 0);
      return found.fault;
    },
    clear() {
      queue = [];
      return 0;
    },
  };
}

// Phrases for people who try things out; they count only in the present message.
const phrases: Record<string, Fault> = {
  'please refuse': { stopReason: 'refusal' },
  'please fail': { status: 529 },
  'please stall': { breaks: { how: 'stall', after: 5 } },
  'please break off': { breaks: { how: 'error', after: 5 } },
  'please be slow': { tokenMs: 200 },
  'please be empty': { text: '' },
};

/** The fault a user asks for with one of the phrases. */
export function phraseFault(said: string): FullFault | undefined {
  const found = Object.entries(phrases).find(([phrase]) => said.toLowerCase().includes(phrase));
  return found && fault.parse(found[1]);
}

function fits(item: FullFault, { on, model, lastUserText }: Occasion): boolean {
  return (
    item.on === on &&
    (item.model === undefined || item.model === model) &&
    (item.match === undefined || lastUserText.includes(item.match))
  );
}
