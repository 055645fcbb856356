/** 6. What comes of the messages of a storm: overlapping, delivered twice, and with a crash every few seconds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../measure/figures.mjs';
import { openChatSdk, openOurs, openTutorial } from './bots.mjs';
import { marksIn, openMarkingClaude } from './claude.mjs';

const CRASHES = Number(process.env.BENCH_ROUNDS ?? 15);
const CRASH_EVERY_MS = 2_500;
/** So long without any, in the same unit. */
const CALM = Math.ceil(CRASHES / 2);
const CONVERSATIONS = 4 * CRASHES;
const MESSAGES = 5;
/** Shorter than Claude takes: the next message comes while the last is being answered. */
const PAUSE_MS = { from: 100, to: 700 };
const REPEATED = 0.1;
/** Longer than any bot needs to come back to a message: ours 17 s after a crash, 30 s at most; the Chat SDK's lock 30 s. */
const PATIENCE_MS = 100_000;
/** Nothing new for so long (ms), and a bot without a queue will say nothing more. */
const SILENCE_MS = 35_000;

export async function benchPromise(surroundings) {
  // First without crashes, so that one sees what overlapping alone does.
  const calm = await storm(surroundings, 0);
  return report(calm, await storm(surroundings, CRASHES));
}

async function storm({ env }, crashes) {
  const claude = await openMarkingClaude();
  const bots = await Promise.all([
    openOurs({ env, claude }),
    openChatSdk({ env, claude }, 'drop'),
    openChatSdk({ env, claude }, 'queue'),
    openTutorial({ env, claude }),
  ]);
  // Every bot hears the same at the same time.
  const until = (crashes || CALM) * CRASH_EVERY_MS;
  const talks = Array.from({ length: CONVERSATIONS }, (_, conversation) =>
    talk(bots, conversation, Math.random() * until),
  );
  const crashing = bots.map(async ({ crash }) => {
    for (let n = 0; n < crashes; n++) {
      await sleep(CRASH_EVERY_MS);
      await crash();
    }
  });
  await Promise.all([...talks, ...crashing]);
  await Promise.all(bots.map(settled));
  const results = bots.map((bot) => ({ name: bot.name, ...judge(bot.platform) }));
  await Promise.all(bots.map(({ close }) => close()));
  for (const { platform } of bots) platform.close();
  claude.close();
  return results;
}

async function talk(bots, conversation, after) {
  await sleep(after);
  const said = [];
  for (let number = 1; number <= MESSAGES; number++) {
    const copies = Math.random() < REPEATED ? 2 : 1;
    said.push(...bots.map(({ platform }) => platform.say(String(conversation), number, copies)));
    await sleep(PAUSE_MS.from + Math.random() * (PAUSE_MS.to - PAUSE_MS.from));
  }
  await Promise.all(said);
}

async function settled({ platform, isDone }) {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    await sleep(500);
    const lastAt = platform.posts.at(-1)?.at ?? 0;
    if (
      (await isDone()) &&
      performance.now() - lastAt > 2_000 &&
      ((await everythingSaid(platform)) || performance.now() - lastAt > SILENCE_MS)
    )
      return;
  }
}

function everythingSaid({ posts }) {
  return new Set(posts.flatMap(({ text }) => marksIn(text))).size === CONVERSATIONS * MESSAGES;
}

/** Ours, in place of an answer: with a reference that an operator finds the message by. */
const APOLOGY = /^Sorry, .* reference [0-9a-f]{8}/;

/** Each message is to be answered once, by an apology at worst, and before any that was sent after it had been accepted. */
function judge({ posts, acknowledged }) {
  const answers = new Map();
  const apologies = posts.filter(({ text }) => APOLOGY.test(text));
  for (const { text } of posts)
    for (const mark of new Set(marksIn(text))) answers.set(mark, (answers.get(mark) ?? 0) + 1);
  const marks = Array.from({ length: CONVERSATIONS }, (_, c) =>
    Array.from({ length: MESSAGES }, (_, n) => `[${c}.${n + 1}]`),
  ).flat();
  const unanswered = marks.filter((mark) => !answers.has(mark)).length;
  return {
    messages: marks.length,
    apologies: apologies.length,
    lost: Math.max(unanswered - apologies.length, 0),
    doubled: marks.filter((mark) => (answers.get(mark) ?? 0) > 1).length + Math.max(apologies.length - unanswered, 0),
    misordered: misordered(posts, acknowledged),
  };
}

/**
 * Answers that came after the answer to a message which was sent only when theirs had been accepted. A delivery that a crash left
 * without an answer counts as sent: the bot may have taken it.
 */
function misordered(posts, acknowledged) {
  const answeredSince = new Map();
  const seen = new Set();
  let count = 0;
  for (const { text } of posts) {
    for (const mark of marksIn(text)) {
      const accepted = acknowledged.get(mark);
      if (seen.has(mark) || accepted === undefined) continue; // a repeat is counted as such
      seen.add(mark);
      const [conversation] = mark.split('.');
      const others = answeredSince.get(conversation) ?? [];
      if (others.some(({ sentAt }) => sentAt > accepted.acceptedAt)) count += 1;
      answeredSince.set(conversation, [...others, accepted]);
    }
  }
  return count;
}

function report(calm, crashed) {
  const [ours] = crashed;
  const [oursCalm] = calm;
  return {
    title: '6. Lost, doubled, misordered',
    text: [
      table(
        [
          'bot',
          'messages',
          'overlapping: lost / doubled / misordered',
          `and ${CRASHES} crashes: lost / doubled / misordered`,
        ],
        crashed.map((counts, i) => [counts.name, counts.messages, countsOf(calm[i]), countsOf(counts)]),
      ),
      `A message whose worker was killed twice while Claude was asked is not paid for a third time: ours apologises, with a reference, ${oursCalm.apologies} times without crashes and ${ours.apologies} times with them. That counts as its one answer.`,
      `${CONVERSATIONS} conversations of ${MESSAGES} messages, ${REPEATED * 100} % of the webhooks delivered twice at once, Claude 200 to 600 ms, ${CRASHES} crashes (SIGKILL; of ours the worker and the door in turns), every bot hears the same at the same time. A webhook that is not answered with 200 is sent up to three times more. The Chat SDK's state outlives its crashes, as Redis would; the tutorial's history is a variable.`,
    ],
    targets: [
      {
        name: 'lost / doubled / misordered',
        target: '0 / 0 / 0',
        value: countsOf(ours),
        met: [ours, oursCalm].every((counts) => countsOf(counts) === '0 / 0 / 0'),
      },
    ],
  };
}

function countsOf({ lost, doubled, misordered }) {
  return `${lost} / ${doubled} / ${misordered}`;
}
