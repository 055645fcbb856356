/**
 * 8. Typing: when a user of TalkJS sees something. A local stack for each TALKJS_TYPING, whose offline Claude takes four seconds for an
 * answer; three users at a time ask in each of them, and their conversations are looked at every 20 ms.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { median, spread, table } from '../measure/figures.mjs';
import { openStack } from './stack.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const WARM_UP_ROUNDS = 5;
const AT_ONCE = 3;
const PORT = Number(process.env.PORT ?? 24_500);
const WAYS = ['off', 'placeholder', 'stream'];
/** Begins with a sentence of three words; 80 pieces of 50 ms. */
const REST = 'And here is what you do about it, step by step, until it is done. ';
const TEXT = `Yes, that works. ${REST.repeat(4).trim()}`;
const TOKEN_MS = 50;
const PLACEHOLDER = '_…_';

export async function benchTyping() {
  const opened = await Promise.allSettled(WAYS.map((typing, i) => openStack(PORT + 10 * i, { TALKJS_TYPING: typing })));
  const stacks = opened.flatMap(({ value }) => value ?? []);
  try {
    const failed = opened.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    const seen = WAYS.map(() => []);
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      const each = await Promise.all(stacks.map((stack) => askAtOnce(stack, round)));
      if (round >= 0) for (const [i, rounds] of seen.entries()) rounds.push(...each[i]);
    }
    return report(seen);
  } finally {
    await Promise.all(stacks.map((stack) => stack.close()));
  }
}

async function askAtOnce(stack, round) {
  await stack.script({ text: TEXT, tokenMs: round < 0 ? 0 : TOKEN_MS });
  return Promise.all(Array.from({ length: AT_ONCE }, (_, i) => ask(stack, `typing-${round}-${i}`)));
}

/** From the webhook on, in seconds: when anything of the bot is there, when words of the answer, and when all of it; how many texts it had. */
async function ask(stack, conversationId) {
  const began = performance.now();
  await stack.say({ conversationId, userId: `user-${conversationId}`, text: 'How does a stream feel?' });
  const texts = new Set();
  const at = {};
  for (;;) {
    const answer = (await stack.transcript(conversationId)).find(({ sender }) => sender === 'claude');
    const now = (performance.now() - began) / 1000;
    if (answer) {
      texts.add(answer.text);
      at.sign ??= now;
      if (answer.text !== PLACEHOLDER) at.words ??= now;
      if (answer.text === TEXT && answer.custom?.isTyping !== 'true') return { ...at, whole: now, texts: texts.size };
    }
    if (now > 120) throw new Error('no answer');
    await sleep(20);
  }
}

function report(seen) {
  const of = (way, figure) => seen[WAYS.indexOf(way)].map((one) => one[figure]);
  const seconds = (way, figure) => spread(of(way, figure), 2);
  return {
    title: '8. Typing',
    text: [
      table(
        ['TALKJS_TYPING', 'a sign of life, s', 'first words, s', 'the whole answer, s', 'texts it had'],
        WAYS.map((way) => [
          way,
          seconds(way, 'sign'),
          seconds(way, 'words'),
          seconds(way, 'whole'),
          median(of(way, 'texts')),
        ]),
      ),
      `From the webhook on, through the emulated queue, ${AT_ONCE} users at a time and all three ways at once; Claude takes about four seconds. The first words are a whole sentence, here of three words.`,
    ],
    targets: [
      {
        name: `first words in TalkJS with \`stream\`, of ${seconds('off', 'words')} s without`,
        target: '≤ 1 s',
        value: `${seconds('stream', 'words')} s`,
        met: median(of('stream', 'words')) <= 1,
      },
    ],
  };
}
