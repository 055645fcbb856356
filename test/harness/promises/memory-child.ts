/** Ten worst conversations at once, as one process of the worker has them: their files fetched, shown to Claude, answered. Prints its peak (KB). */
import { fileURLToPath } from 'node:url';
import { openBudget } from '../../../lib/attachments/budget.ts';
import { openAttachment } from '../../../lib/attachments/fetch.ts';
import { parseHosts } from '../../../lib/attachments/hosts.ts';
import { openAsk, openClaude } from '../../../lib/claude/ask.ts';
import { filesOf } from '../../../lib/claude/attached.ts';
import { fileLimitsOf } from '../../../lib/claude/models.ts';
import { noTools } from '../../../lib/claude/question.ts';
import { buildWindow } from '../../../lib/claude/window.ts';
import { processEnv, readSettings } from '../../../lib/config.ts';
import type { Turn } from '../../../lib/types.ts';

/** For whoever starts it as a process. */
export const MEMORY_CHILD = fileURLToPath(import.meta.url);

const FILES_PER_CONVERSATION = 5;

if (process.argv[1] === MEMORY_CHILD) console.log(await peakOfTen());

async function peakOfTen(): Promise<number> {
  const { claude, attachments, history } = readSettings(processEnv, ['claude', 'attachments', 'history']);
  const budget = openBudget(attachments.memoryMb * 30_000);
  const ask = openAsk({
    client: openClaude(claude),
    settings: { ...claude, systemPrompt: 'You help.' },
    tools: noTools,
    record: async () => {},
    now: Date.now,
    log: () => {},
  });
  await Promise.all(
    Array.from({ length: 10 }, async (_, n) => {
      const { signal } = new AbortController();
      const turn = turnWith(attachments.hosts[0] ?? '', n);
      const seen = await filesOf([turn], {
        open: (attachment) =>
          openAttachment(attachment, {
            rules: parseHosts(attachments.hosts),
            limits: fileLimitsOf(claude.model),
            maxBytes: 7_864_320,
            timeoutMs: 60_000,
            signal,
          }),
        maxTokens: history.tokenBudget / 2,
        budget,
        signal,
      });
      try {
        const { messages } = buildWindow([], turn, history, { files: seen.files });
        const about = { platform: 'talkjs' as const, conversation: `c${n}`, messageId: 'm', speaker: { id: 'alice' } };
        await ask({ messages, files: seen.shown, about, userId: 'u', signal });
      } finally {
        seen.letGo();
      }
    }),
  );
  return process.resourceUsage().maxRSS;
}

function turnWith(host: string, n: number): Turn {
  const attachments = Array.from({ length: FILES_PER_CONVERSATION }, (_, i) => ({ url: `${host}/${n}/${i}.png` }));
  const said = { messageId: 'm', createdAt: n, speaker: { id: 'alice' }, text: 'What are these? 😀', attachments };
  return { sk: `T#000000000000${n}#m`, messageId: 'm', state: 'CLAIMED', said: [said], generation: 0, epoch: 1 };
}
