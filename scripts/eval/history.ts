/** The evals: what was said before a case begins, as the table would have it. */
import type { Store } from '../../lib/store/store.ts';
import type { MessageRef, Said } from '../../lib/types.ts';
import type { HistoryLine } from './case.ts';

export interface Writing {
  store: Pick<Store, 'claim' | 'answer' | 'skip' | 'finish' | 'note'>;
  of: Pick<MessageRef, 'platform' | 'conversation'>;
  speaker: Said['speaker'];
  now(): number;
}

/** A turn for each message of the user, with the bot's answer where one follows; what the team said is noted. */
export async function writeHistory(lines: readonly HistoryLine[], { store, of, speaker, now }: Writing): Promise<void> {
  for (const [i, { user, team }] of lines.entries()) {
    const text = user ?? team;
    if (text === undefined) continue;
    const createdAt = now();
    const ref = { ...of, messageId: `before-${i}`, createdAt };
    const said = { messageId: ref.messageId, createdAt, speaker, text, attachments: [] };
    if (team !== undefined) {
      await store.note(ref, { ...said, speaker: { id: 'team' }, byTeam: true });
      continue;
    }
    const turn = await store.claim(ref, { said: [said], owner: 'eval', leaseUntil: createdAt + 60_000, generation: 0 });
    const holder = { owner: 'eval', epoch: turn?.epoch ?? 1 };
    const answers = answersBehind(lines, i);
    if (answers.length === 0) {
      await store.skip(ref, holder);
      continue;
    }
    await store.answer(ref, holder, { kind: 'answer', text: answers.join('\n\n'), stop: 'end_turn' }, [said]);
    await store.finish(ref, 'DELIVERED');
  }
}

function answersBehind(lines: readonly HistoryLine[], at: number): string[] {
  const rest = lines.slice(at + 1);
  const end = rest.findIndex(({ bot }) => bot === undefined);
  return (end < 0 ? rest : rest.slice(0, end)).flatMap(({ bot }) => bot ?? []);
}
