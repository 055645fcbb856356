/** Room of /chat: how a session is named, and which conversation of the table it is. Pure. */
import type { MessageRef } from '../types.ts';
import type { Caller } from './access.ts';

export const SESSION_RULE =
  'A session id has 1 to 128 characters: letters, digits and . _ ~ -, a letter or a digit among them.';

const SESSION = /^(?=.*[A-Za-z0-9])[\w.~-]{1,128}$/;

export type Session = Pick<MessageRef, 'platform' | 'conversation'>;

/** The session id that ends the path; `undefined` when it breaks the rule. */
export function sessionIn(pathname: string): string | undefined {
  const [, id = ''] = /\/chat\/([^/]*)\/?$/.exec(pathname) ?? [];
  return SESSION.test(id) ? id : undefined;
}

/** The path of the session whose answers are rated at this one, else `undefined`. */
export function ratedIn(pathname: string): string | undefined {
  return /^(.*\/chat\/[^/]*)\/feedback\/?$/.exec(pathname)?.[1];
}

/** A session belongs to its caller: the same id under another key is another conversation. */
export function toSession(caller: Caller, sessionId: string): Session {
  return { platform: 'http', conversation: `${caller}:${sessionId}` };
}

/** Whose session it is. */
export function callerOf({ conversation }: Pick<Session, 'conversation'>): Caller {
  return conversation.slice(0, conversation.indexOf(':'));
}
