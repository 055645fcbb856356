/** What must hold when everything has come to rest, whatever happened on the way: the invariants, checked from outside. */
import { gunzipSync } from 'node:zlib';
import type { Turn } from '../../../lib/types.ts';
import type { Line } from './doors.ts';
import { callIn, type World } from './virtual-world.ts';

export interface Verdict {
  /** Messages that were acknowledged and that no reply covers. */
  lost: number;
  /** Replies beyond the first that cover a message. */
  doubled: number;
  /** Replies that stand before the reply to an earlier message. */
  misordered: number;
  /** Answers that somebody got and that no record tells of. */
  lostLogs: number;
  /** Calls of Claude that ended with the process that made them, before it could tell anybody. */
  unheardCalls: number;
  /** Calls of Claude beyond the one that each answer needs. */
  extraCalls: number;
  /** Everything else that is wrong, in words. */
  faults: string[];
}

/** `accepted` are the words of the messages in the order in which they were accepted. */
export function judge(world: World, accepted: readonly string[], shown: readonly Line[]): Verdict {
  const turns = turnsOf(world);
  const lines = shown.map(({ isBot, text }) => ({ isBot, text: text.replace(MARK, '') }));
  const replies = lines.filter(({ isBot }) => isBot).map(({ text }) => coverOf(text, turns));
  const covers = accepted.map((message) => replies.flatMap((covered, i) => (covered.includes(message) ? [i] : [])));
  const firsts = covers.flatMap(([first]) => (first === undefined ? [] : [first]));
  const logged = new Set([...world.logs.map(({ call }) => call), ...strandedCalls(world)]);
  const answers = lines.flatMap(({ isBot, text }) => (isBot ? (callIn(text) ?? []) : []));
  return {
    lost: covers.filter(({ length }) => length === 0).length,
    doubled: covers.reduce((sum, { length }) => sum + Math.max(length - 1, 0), 0),
    misordered: firsts.filter((at, i) => firsts.slice(0, i).some((earlier) => earlier > at)).length,
    lostLogs: answers.filter((call) => !logged.has(call)).length,
    unheardCalls: world.calls.filter(({ n }) => !logged.has(n)).length,
    extraCalls: world.calls.length - new Set(answers).size,
    faults: [...faultsOf(world, turns, accepted, lines), ...sourceFaultsOf(turns, shown)],
  };
}

function faultsOf(world: World, turns: readonly Turn[], accepted: readonly string[], lines: readonly Line[]): string[] {
  const faults: string[] = [];
  const said = lines.filter(({ isBot }) => isBot).map(({ text }) => text);
  const stored = turns.flatMap(({ state, reply }) =>
    state === 'DELIVERED' || state === 'FAILED' ? (reply?.text ?? []) : [],
  );
  if (JSON.stringify(stored) !== JSON.stringify([...new Set(said)]))
    faults.push('the table tells another story than the platform');
  const open = turns.filter(({ state }) => state === 'CLAIMED' || state === 'ANSWERED');
  if (open.length > 0) faults.push(`${open.length} turns are not at an end`);
  const ids = world.logs.map(({ id }) => id);
  if (new Set(world.logs.map(({ call }) => call)).size > new Set(ids).size) faults.push('two calls share a log id');
  if (world.turns.size() + world.deadLetters.size() > 0) faults.push('a queue is not empty');
  if (world.lines.some((line) => accepted.some((word) => line.includes(word))))
    faults.push('a log line holds a message');
  const isTwiceIn = (words: readonly string[]) => new Set(words).size < words.length;
  if (world.calls.some(({ asked }) => isTwiceIn(asked))) faults.push('Claude was shown a message twice');
  const spent = spentMicros(world);
  if (spent !== undefined && spent < Math.round(world.spentUsd() * 1e6)) faults.push('more was spent than counted');
  return faults;
}

/** As TalkJS and Markdown link it. */
const MARK = /\s\S*https:\/\/docs\.example\/\d+\S*$/;

/** A reply is shown with the sources that it was stored with, and no other. */
function sourceFaultsOf(turns: readonly Turn[], shown: readonly Line[]): string[] {
  const stored = turns.flatMap(({ reply }) => reply?.sources ?? []).length;
  const cited = shown.filter(({ text }) => MARK.test(text));
  const isWrong = cited.some(({ text }) => Number(/docs\.example\/(\d+)/.exec(text)?.[1]) !== callIn(text));
  return isWrong || cited.length !== stored ? ['a reply is shown with another source than it was stored with'] : [];
}

/** The conversation's turns in their order. */
export function turnsOf({ table }: World): Turn[] {
  const items = table.items().filter(({ pk, sk }) => String(pk).startsWith('C#') && String(sk).startsWith('T#'));
  const sorted = items.sort((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1));
  return sorted as unknown as Turn[];
}

/** The words of the messages that a reply covers; a reply that no turn stored covers nothing. */
function coverOf(text: string, turns: readonly Turn[]): string[] {
  const turn = turns.find(({ reply }) => reply?.text === text);
  return turn ? turn.said.map((said) => said.text) : [];
}

/** Records that the queue did not take: parked in the table, from where the next delivery takes them. */
function strandedCalls({ table }: World): number[] {
  const items = table.items();
  const stranded = new Set(
    items.filter(({ pk }) => pk === 'L#stranded').map(({ sk }) => String(sk).slice('LOG#'.length)),
  );
  const pieces = items.filter(({ pk, sk }) => sk === 'PIECE#0000' && stranded.has(String(pk).slice('L#'.length)));
  return pieces.map(({ bytes }) => JSON.parse(gunzipSync(bytes as Uint8Array).toString()).response.call);
}

function spentMicros({ table }: World): number | undefined {
  const counters = table.items().flatMap(({ total }) => (total === undefined ? [] : Number(total)));
  return counters.length === 0 ? undefined : counters.reduce((sum, total) => sum + total, 0);
}
