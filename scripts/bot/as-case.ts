/** The inspection tool: a conversation as a case for `npm run eval`, with nothing in it that says whose it was. */
import { stringify } from 'yaml';
import { referenceOf } from '../../lib/log.ts';
import { turnsOf } from '../../lib/operator/conversation.ts';
import { findConversation } from '../../lib/operator/trace.ts';
import type { Answer, OperatorDeps } from '../../lib/operator/verb.ts';
import { redactContacts, redactSecrets } from '../../lib/records/redact.ts';
import { partsOfSk } from '../../lib/store/store.ts';
import type { PlatformName, Turn } from '../../lib/types.ts';
import { CannotRun } from '../cannot-run.ts';

export interface Meant {
  name: string;
  platform: PlatformName | undefined;
  /** The message that was answered wrongly; the last one that was answered without it. */
  message: string | undefined;
}

/** As much of what was said before as a case needs to be understood. */
const MOST_TURNS = 20;

/** A list of one case, in YAML; what is expected is left to whoever asked. Throws `CannotRun` and what finding it throws. */
export async function asCase(deps: OperatorDeps, { name, platform, message }: Meant): Promise<Answer> {
  const { store } = deps;
  const found = await findConversation(deps, { name, platform });
  const of = { platform: found.platform, conversation: found.conversation };
  const turns = (await turnsOf(store, of)).filter(({ said, reply }) => said.length > 0 || reply?.to !== undefined);
  const wanted = message ?? found.messageId;
  const isWanted = (turn: Turn) => (wanted === undefined ? turn.reply : isOf(turn, wanted));
  const at = turns.findLastIndex((turn) => turn.said.length > 0 && isWanted(turn));
  const turn = turns[at];
  if (!turn) throw new CannotRun(wanted ? `No message ${wanted} is known there.` : 'Nothing was answered there.');
  const words = turn.said.map(({ text }) => text).join('\n');
  if (words.trim() === '') throw new CannotRun('That message has files and no words, and a case can only say words.');
  const mask = maskOf(turns);
  const ref = { ...of, ...partsOfSk(turn.sk) };
  const history = turns.slice(Math.max(at - MOST_TURNS, 0), at).flatMap((one) => linesOf(one, mask));
  const { calls } = await store.journalOf(ref);
  const tools = [...calls.values()].map(({ tool, result }) => [tool, mask(dataIn(result))] as const);
  const one = {
    name: `${of.platform}, ${new Date(ref.createdAt).toISOString().slice(0, 10)}, ${referenceOf(ref)}`,
    ...(history.length > 0 ? { history } : {}),
    ...(tools.length > 0 ? { tools: Object.fromEntries(tools) } : {}),
    turns: [{ user: mask(words) }],
  };
  const answer = mask(turn.reply?.text ?? '').replace(/\s+/g, ' ');
  const rest = [
    `      # It was answered: ${answer}`,
    '      # expect: [{ contains: … }, { cites: … }, { judge: … }] (docs/evals.md)',
  ];
  return { text: `${stringify([one], { lineWidth: 0 })}${rest.join('\n')}`, json: [one] };
}

function isOf({ sk, said }: Turn, message: string): boolean {
  return partsOfSk(sk).messageId === message || said.some(({ messageId }) => messageId === message);
}

interface Line {
  user?: string;
  bot?: string;
  team?: string;
}

/** Nothing of what was said without words: an answer to it would read as one to what was said before. */
function linesOf({ said, reply }: Turn, mask: (text: string) => string): Line[] {
  const lines: Line[] = said
    .filter(({ text }) => text !== '')
    .map(({ text, byTeam }) => {
      return byTeam ? { team: mask(text) } : { user: mask(text) };
    });
  const isSaid = reply?.kind === 'answer' && (lines.length > 0 || reply.to !== undefined);
  return isSaid ? [...lines, { bot: mask(reply.text) }] : lines;
}

/** What Claude was told of a call's result, without our words around it. */
function dataIn(result = ''): string {
  return /<data>\n([\s\S]*)\n<\/data>/.exec(JSON.parse(result || '{}').content ?? '')?.[1] ?? '';
}

/** Shorter names are words. */
const MIN_NAME_CHARS = 3;

/** Without addresses, secrets, the names of who spoke, and numbers of four digits and more, which become zeros. */
function maskOf(turns: readonly Turn[]): (text: string) => string {
  const speakers = turns.flatMap(({ said }) => said.map(({ speaker }) => speaker));
  const words = speakers.flatMap(({ id, name = '' }) => [id, name, ...name.split(/\s+/)]);
  const names = [...new Set(words)].filter((word) => word.length >= MIN_NAME_CHARS).sort((a, b) => b.length - a.length);
  return (text) => {
    const masked = redactContacts(redactSecrets(text)).replace(/\d{4,}/g, (digits) => '0'.repeat(digits.length));
    return names.reduce((kept, name) => kept.replaceAll(new RegExp(wholeWord(name), 'giu'), '[name]'), masked);
  };
}

function wholeWord(name: string): string {
  return `(?<![\\p{L}\\p{N}])${RegExp.escape(name)}(?![\\p{L}\\p{N}])`;
}
