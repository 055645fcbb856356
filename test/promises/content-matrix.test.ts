/** The worst contents at every door: whatever is said and whatever Claude answers, each message comes to an end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ContentDoor,
  openBotpressDoor,
  openChatApiDoor,
  openChatDoor,
  openTalkjsDoor,
  type Told,
} from '../harness/promises/content-doors.ts';
import { openPlatforms } from '../harness/promises/content-platforms.ts';
import { type ContentWorld, type Driven, openContentWorld } from '../harness/promises/content-world.ts';
import { type Content, contentsAt, FILES } from '../harness/promises/contents.ts';
import { holdsOnPage, provenOnPage } from '../harness/promises/reliability-page.ts';
import { sized } from '../harness/size.ts';

/** Every so manieth content. */
const STEP = sized({ sample: 9, all: 1, proof: 1 });
const DOORS = ['TalkJS', 'Botpress', 'Chat API', '`/chat`'] as const;
const ENDED = new Set(['DELIVERED', 'FAILED', 'MERGED', 'SKIPPED']);

let world: ContentWorld;
let doors: ContentDoor[];
let slowestMs = 0;
let cells = 0;
let mostAsked = 0;

beforeAll(async () => {
  const platforms = openPlatforms();
  const files = (request: { url?: string }, response: { statusCode: number; end(body?: Buffer): void }) => {
    const found = FILES[request.url?.split('/').at(-1) ?? ''];
    if (!found) response.statusCode = 404;
    response.end(found);
  };
  world = await openContentWorld({ ...platforms.mounts, files: files as never }, platforms.settings);
  doors = await Promise.all([
    openTalkjsDoor(world, platforms),
    openBotpressDoor(world, platforms),
    openChatApiDoor(world),
    openChatDoor(world),
  ]);
});
afterAll(async () => {
  await Promise.all(doors.map(({ close }) => close()));
  await world.close();
});

const contents = contentsAt('http://files.invalid');
const chosen = contents.map((_, i) => i).filter((i) => i % STEP === 0);

/** What became of it, in the words of the page. */
async function outcomeOf(door: ContentDoor, { says, answer }: Content, n: number): Promise<string> {
  world.let(answer);
  const conversation = `content-${n}-${doors.indexOf(door)}`;
  const told: (Told | undefined)[] = [];
  for (const saying of says) told.push(await door.say(conversation, saying.by ?? `user-${n}`, saying));
  const driven = await world.drive();
  if (told.includes(undefined)) return '–';
  const lines = driven.turns.length > 0 ? await door.lines(conversation, says[0]?.by ?? `user-${n}`) : [];

  const { turns, forEver, lost } = driven;
  const replied = turns.filter(({ state }) => state === 'DELIVERED' || state === 'FAILED');
  const answers = Math.max(replied.length, told.filter((one) => one?.text !== undefined).length, 1);
  expect({ forEver, lost }).toEqual({ forEver: 0, lost: 0 });
  expect(turns.filter(({ state }) => !ENDED.has(state ?? ''))).toEqual([]);
  expect(lines.length).toBeGreaterThanOrEqual(replied.length);
  expect(told.every((one) => one && (one.status < 500 || one.code !== undefined))).toBe(true);
  expect(world.asked()).toBeLessThanOrEqual(2 * answers);
  cells++;
  slowestMs = Math.max(slowestMs, world.slowestMs());
  mostAsked = Math.max(mostAsked, world.asked() / answers);
  return words(told as Told[], driven);
}

/** `/chat` tells at once how it ended; elsewhere the turns say so. */
function words(told: readonly Told[], { turns }: Driven): string {
  const atOnce = told.flatMap(({ status, text, code }) => {
    if (status >= 400) return `refused ${status}`;
    if (text === undefined) return [];
    return code === undefined ? 'answered' : `apology`;
  });
  const later = turns.flatMap(({ reply, state }) => (reply && state !== 'MERGED' ? NAMES[reply.kind] : []));
  const all = [...new Set([...later, ...atOnce])].sort();
  return all.join(', ') || 'nothing to answer';
}

const NAMES = { answer: 'answered', notice: 'a sentence', apology: 'apology' };

describe(`${chosen.length} of the ${contents.length} worst contents`, () => {
  const rows: string[] = [];

  it.each(chosen.map((i) => [contents[i]?.name ?? '', i] as const))('%s ends at every door', async (name, i) => {
    const content = contentsAt(`${world.url}/files`)[i] as Content;

    const found: string[] = [];
    for (const door of doors) found.push(await outcomeOf(door, content, i));

    rows.push(`| ${[name, ...found].join(' | ')} |`);
  });

  it('is what the documentation says', () => {
    expect(rows).toHaveLength(chosen.length);
    holdsOnPage('content matrix', [`| content | ${DOORS.join(' | ')} |`, '|---|---|---|---|---|', ...rows]);
    const figures = `| ${contents.length} | ${cells} | **0** | **0** | **0** | ${Math.ceil(mostAsked)} | ${Math.round(slowestMs)} |`;
    console.log(figures);
    provenOnPage('content figures', [FIGURES, '|---|---|---|---|---|---|---|', figures]);
  });
});

const FIGURES =
  '| contents | ended at a door | tried for ever | lost | paid more than twice | Claude asked at most, an answer | slowest step (ms of CPU) |';
