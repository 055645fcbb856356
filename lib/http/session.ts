/** Room of /chat: how a session is named, and which conversation of the table it is. Pure. */
import type { MessageRef } from '../types.ts';
import type { Caller } from './access.ts';

export const SESSION_RULE =
  'A session id has 1 to 128 characters: letters, digits and . _ ~ -, a letter or a digit among them.';

const SESSION = /^(?=.*[A-Za-z0-9])[\w.~-]{1,128}$/;

export type Session = Pick<MessageRef, 'platform' | 'conversation'>;

/** What a path names: a session, and what of it, '' for itself. `undefined` where the session's id breaks the rule. */
export function placeIn(pathname: string): { sessionId: string; part: string } | undefined {
  const [, sessionId = '', part = ''] = /\/chat\/([^/]*)\/?(.*?)\/?$/.exec(pathname) ?? [];
  return SESSION.test(sessionId) ? { sessionId, part } : undefined;
}

/** In place of a message's id, where a session is busy with being forgotten. */
export const FORGETTING = '-';

/** A session belongs to its caller: the same id under another key is another conversation. */
export function toSession(caller: Caller, sessionId: string): Session {
  return { platform: 'http', conversation: `${caller}:${sessionId}` };
}

/** Whose session it is. */
export function callerOf({ conversation }: Pick<Session, 'conversation'>): Caller {
  return conversation.slice(0, conversation.indexOf(':'));
}
