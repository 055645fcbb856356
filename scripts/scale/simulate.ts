/** A day of the turns queue in a second: arrivals, conversations that wait for themselves, workers that take batches, TalkJS' limit. */
import { ASSUMED } from './counts.ts';

export interface Load {
  messagesPerMinute: number;
  /** Invocations of the worker at once. */
  workers: number;
  /** The platform takes so many answers a second, and so many at once after a pause; without it any number. */
  outbound?: { perSecond: number; burst: number };
  minutes: number;
}

export interface Result {
  arrived: number;
  /** Answered by the end. */
  answered: number;
  /** From the webhook to the answer (s), of those that were answered. */
  median: number;
  p99: number;
  turns: number;
  invocations: number;
  /** Seconds that workers were busy, all together. */
  busySeconds: number;
}

/** As serverless.yml has it. */
const BATCH = 10;

interface Conversation {
  /** When its waiting messages came (s). */
  waiting: number[];
  isHeld: boolean;
}

/** The same numbers for the same load. */
export function simulate({ messagesPerMinute, workers, outbound, minutes }: Load): Result {
  const random = randomFrom(1);
  const end = minutes * 60;
  const perSecond = messagesPerMinute / 60;
  const count = Math.max(Math.ceil(messagesPerMinute / ASSUMED.messagesPerConversationMinute), 1);
  const conversations = Array.from({ length: count }, (): Conversation => ({ waiting: [], isHeld: false }));
  /** Conversations with something to take, in the order in which it came. */
  const line = openLine<Conversation>();
  const ends = openHeap<Conversation[]>();
  const bucket = outbound && openBucket(outbound);
  const result = { arrived: 0, turns: 0, invocations: 0, busySeconds: 0 };
  const delays: number[] = [];
  let free = workers;
  let nextArrival = exponential(random) / perSecond;

  const startAll = (now: number) => {
    while (free > 0 && line.length() > 0) {
      const batch: Conversation[] = [];
      let room = BATCH;
      let longest = 0;
      while (room > 0 && line.length() > 0) {
        const conversation = line.take();
        const members = conversation.waiting.splice(0, room);
        room -= members.length;
        conversation.isHeld = true;
        batch.push(conversation);
        const seconds = ASSUMED.besidesSeconds + claudeSeconds(random);
        longest = Math.max(longest, seconds);
        const out = bucket ? bucket(now + seconds) : now + seconds;
        if (out <= end) for (const cameAt of members) delays.push(out - cameAt);
        result.turns += 1;
      }
      free -= 1;
      result.invocations += 1;
      result.busySeconds += longest;
      ends.push(now + longest, batch);
    }
  };

  for (;;) {
    const now = Math.min(nextArrival, ends.next());
    if (now > end) break;
    if (now === nextArrival) {
      const conversation = conversations[Math.floor(random() * count)];
      if (!conversation) throw new Error('a conversation without a place');
      conversation.waiting.push(now);
      if (!conversation.isHeld && conversation.waiting.length === 1) line.add(conversation);
      result.arrived += 1;
      nextArrival = now + exponential(random) / perSecond;
    } else {
      free += 1;
      // Only now are its messages deleted, and what came meanwhile can be taken.
      for (const conversation of ends.pop()) {
        conversation.isHeld = false;
        if (conversation.waiting.length > 0) line.add(conversation);
      }
    }
    startAll(now);
  }
  const sorted = Float64Array.from(delays).sort();
  const at = (quantile: number) => sorted[Math.min(Math.floor(sorted.length * quantile), sorted.length - 1)] ?? 0;
  return { ...result, answered: sorted.length, median: at(0.5), p99: at(0.99) };
}

function claudeSeconds(random: () => number): number {
  const { claudeSeconds: mean, claudeSpread: spread } = ASSUMED;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(Math.log(mean) - spread ** 2 / 2 + spread * normal);
}

function exponential(random: () => number): number {
  return -Math.log(1 - random());
}

/** When an answer that is ready at a time goes out; asked in about the order in which they are ready. */
function openBucket({ perSecond, burst }: { perSecond: number; burst: number }): (readyAt: number) => number {
  let emptyAt = -burst / perSecond;
  return (readyAt) => {
    emptyAt = Math.max(emptyAt, readyAt - burst / perSecond) + 1 / perSecond;
    return Math.max(readyAt, emptyAt);
  };
}

function openLine<T>() {
  const items: T[] = [];
  let head = 0;
  return {
    length: () => items.length - head,
    add: (item: T) => void items.push(item),
    take: (): T => {
      const item = items[head];
      if (item === undefined) throw new Error('nobody waits');
      head += 1;
      if (head > 10_000) head -= items.splice(0, head).length;
      return item;
    },
  };
}

/** A binary heap of things by the time at which they are due. */
function openHeap<T>() {
  const entries: { at: number; item: T }[] = [];
  const atOf = (i: number) => entries[i]?.at ?? Number.POSITIVE_INFINITY;
  const swap = (i: number, j: number) => {
    const [a, b] = [entries[i], entries[j]];
    if (a && b) [entries[i], entries[j]] = [b, a];
  };
  return {
    next: () => atOf(0),
    push: (at: number, item: T) => {
      entries.push({ at, item });
      for (let i = entries.length - 1, up = (i - 1) >> 1; i > 0 && atOf(i) < atOf(up); i = up, up = (i - 1) >> 1)
        swap(i, up);
    },
    pop: (): T => {
      swap(0, entries.length - 1);
      const last = entries.pop();
      if (!last) throw new Error('nothing is due');
      for (let i = 0; ; ) {
        const child = atOf(2 * i + 1) <= atOf(2 * i + 2) ? 2 * i + 1 : 2 * i + 2;
        if (atOf(child) >= atOf(i)) break;
        swap(i, child);
        i = child;
      }
      return last.item;
    },
  };
}

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
