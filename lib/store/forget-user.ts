/** The table, when a user is to be forgotten: what they said and what came of it, in every conversation, and what is counted of them. */
import type { Due, MessageRef } from '../types.ts';
import { openRemoval } from './chat-api/chat-api.ts';
import { countersOf } from './counter-keys.ts';
import { allDues } from './due.ts';
import type { Dynamo } from './dynamo.ts';
import { type Forget, type Forgetting, REMEMBERED_SECONDS } from './forget.ts';
import { openSpeakerRemoval } from './forget-speaker.ts';
import { noteAmongOthers, noteCut } from './gone.ts';
import { openTable } from './items.ts';
import { goneUser, partition } from './keys.ts';
import { openShelf } from './records.ts';
import { type Spoken, spokenBy } from './speakers.ts';

export interface UserOf {
  platform: MessageRef['platform'];
  user: string;
}

export interface UserForgotten {
  turns: number;
  /** Those in which nobody else has said anything: they are gone as a whole. */
  whole: string[];
  /** Those in which others have: what these said is still there. */
  shared: string[];
  /** Since when (ms) Claude was told there of what the user had said. */
  told: { conversation: string; from: number }[];
  parked: string[];
  isDone: boolean;
}

/** Removes all that is kept of a user up to a time. Throws `Later` when the table does not answer: to be repeated then. */
export type ForgetUser = (of: UserOf, how?: Forgetting) => Promise<UserForgotten>;

/** Places that are looked at in one go. */
const PAGE = 100;

/** The mark goes first: from then on nobody stores or sends what the user said before it. */
export function openForgetUser(
  dynamo: Dynamo,
  name: string,
  { now, forget }: { now(): number; forget: Forget },
): ForgetUser {
  const table = openTable(dynamo, name);
  const speaker = openSpeakerRemoval(table, openShelf(dynamo, name, now));
  const chatApi = openRemoval(table, now);
  const expiresAt = () => Math.floor(now() / 1000) + REMEMBERED_SECONDS;

  /** Gives the months in which the user has said something since. */
  async function forgetWhere(
    conversation: string,
    of: UserOf,
    result: UserForgotten,
    how: { at: number; until: number; dues: readonly Due[] },
  ): Promise<Set<string>> {
    const there = { platform: of.platform, conversation };
    const looked = await speaker.look(partition(there), of.user, how.at);
    const isOfChatApi = of.platform === 'chat-api';
    const isShared =
      looked.hasOthers || looked.since.size > 0 || (isOfChatApi && (await chatApi.hasOthers(conversation, of.user)));
    if (isShared) {
      await noteCut(table, there, looked.own, expiresAt());
      // First, as a turn of another user may be told of it just now.
      if (Number.isFinite(looked.from)) {
        result.told.push({ conversation, from: looked.from });
        await noteAmongOthers(table, there, { from: looked.from, at: how.at, expiresAt: expiresAt() });
      }
      const { messages, parked } = await speaker.removeFrom(there, of.user, { ...looked, dues: how.dues });
      if (isOfChatApi) await chatApi.removeSpeaker(conversation, of.user, new Set(messages), how.at);
      result.turns += looked.own.length;
      result.shared.push(conversation);
      result.parked.push(...parked);
    } else {
      const { turns, parked, isDone } = await forget(there, how);
      result.turns += turns;
      result.parked.push(...parked);
      result.isDone = isDone;
      if (isDone) result.whole.push(conversation);
    }
    return looked.since;
  }

  return async (of, { at = now(), until = Number.POSITIVE_INFINITY } = {}) => {
    await table.put({ ...goneUser(of), at, expiresAt: expiresAt() });
    await table.removeAll(countersOf(of, now()));
    const result: UserForgotten = { turns: 0, whole: [], shared: [], told: [], parked: [], isDone: true };
    const isOfChatApi = of.platform === 'chat-api';
    const how = { at, until, dues: await allDues(table) };
    // Also where the user takes part and has said nothing.
    for (const conversation of isOfChatApi ? await chatApi.conversationsOf(of.user) : []) {
      await forgetWhere(conversation, of, result, how);
      if (!result.isDone || now() >= until) return { ...result, isDone: false };
    }
    if (isOfChatApi) await chatApi.removeUser(of.user);
    for (let after: string | undefined; ; ) {
      const { entries, next } = await spokenBy(table, of, { after, limit: PAGE });
      for (const spoken of entries) {
        const since = await forgetWhere(spoken.conversation, of, result, how);
        if (result.isDone && !since.has(monthIn(spoken))) await table.remove(spoken.key);
        if (!result.isDone || now() >= until) return { ...result, isDone: false };
      }
      if (next === undefined) return result;
      after = next;
    }
  };
}

function monthIn({ key }: Spoken): string {
  return key.sk.slice(0, 'yyyy-mm'.length);
}
