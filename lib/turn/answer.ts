/** Stop 6 for one turn: Claude is asked while the user sees that the bot is at work. */
import { errorName, labelsOf } from '../log.ts';
import type { Composed, ComposeInput } from './compose.ts';
import { platformOf, replyKey } from './ending.ts';
import { readerOf } from './listener.ts';
import type { TurnDeps, TurnInput } from './shapes.ts';

/** Time (ms) that storing, delivering and returning need at the end of an invocation. */
const CLOSING_MS = 8_000;

/** Of the time that is left, for tools: what they take longer is given up, so that there is still time for Claude to say so. */
const TOOLS_SHARE = 0.75;

/** For showing that the bot is at work (ms): a courtesy, for which no answer waits longer. */
const TYPING_MS = 5_000;

/** What composing gives and throws. What goes wrong with the courtesies around it changes nothing. */
export async function composeVisibly(
  deps: TurnDeps,
  { burst: [head], remainingMs, listener }: TurnInput,
  about: Omit<ComposeInput, 'head' | 'signal' | 'toolSignal' | 'listener'>,
): Promise<Composed> {
  const quietly = (error: unknown) => deps.log('preview-not-shown', { ...labelsOf(head), error: errorName(error) });
  const { turn } = about;
  const platform = platformOf(deps, head);
  const { conversation, bot, speaker } = head;
  const seat = { conversation, bot, replyKey: replyKey(head, turn.generation), to: speaker.id };
  const typing = platform.typing?.(seat, AbortSignal.timeout(TYPING_MS)).catch(quietly);
  const preview = listener ? undefined : platform.stream?.(seat, turn.epoch > 1);
  try {
    const leftMs = Math.max(remainingMs() - CLOSING_MS, 0);
    const signal = AbortSignal.timeout(leftMs);
    const toolSignal = AbortSignal.timeout(Math.floor(leftMs * TOOLS_SHARE));
    return await deps.compose({
      ...{ head, ...about, signal, toolSignal },
      listener: listener ?? (preview && readerOf(preview)),
    });
  } catch (error) {
    await preview?.abort().catch(quietly);
    throw error;
  } finally {
    await Promise.all([typing, preview?.end().catch(quietly)]);
  }
}
