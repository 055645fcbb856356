/** The playground: asks the stand-ins what they saw and tells them what to do, over HTTP as anybody may. */
import type { PlatformDoor } from '../stand-ins/kit/stand-in.ts';
import { choicesOf } from './choices.ts';
import type { LineView } from './view.ts';

/** The URLs of the stand-ins in use, by name. */
export type StandInUrls = Readonly<Record<string, string>>;

export type Others = ReturnType<typeof openOthers>;

type Json = Record<string, unknown>;

export function openOthers(urls: StandInUrls) {
  /** Throws when there is no such stand-in, or it refuses. */
  async function call(name: string, path: string, body?: unknown): Promise<unknown> {
    const url = urls[name];
    if (url === undefined) throw new Error(`${name} is real: there is no stand-in to ask`);
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, body === undefined ? {} : post);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${name} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }

  const list = async (name: string, path: string): Promise<Json[]> => {
    if (urls[name] === undefined) return [];
    const answer = await call(name, path);
    return Array.isArray(answer) ? answer.filter(isObject) : [];
  };

  return {
    has: (name: string) => urls[name] !== undefined,

    /** Speaks as the user of the page. */
    say: (name: string, saying: { conversationId: string; userId: string; name: string; text: string; bot: string }) =>
      call(name, '/say', saying),

    /** The conversation as its users see it. */
    async lines(
      name: string,
      { conversation, userId, markup }: { conversation: string; userId: string } & Pick<PlatformDoor, 'markup'>,
    ): Promise<LineView[]> {
      const answer = await call(name, `/say/${encodeURIComponent(conversation)}`);
      const messages = isObject(answer) && Array.isArray(answer.messages) ? answer.messages.filter(isObject) : [];
      return messages.map(({ id, sender, text, custom, payload }) => ({
        id: String(id),
        isMine: sender === userId,
        text: typeof text === 'string' ? text : '',
        markup,
        choices: choicesOf(payload),
        isTyping: isObject(custom) && custom.isTyping === 'true',
      }));
    },

    fail: (name: string, fault: unknown) => call(name, '/faults', fault),

    /** What the offline Claude was asked, oldest first. */
    async requests(): Promise<Json[]> {
      const all = await list('claude', '/requests');
      return all.filter(({ path }) => path === '/v1/messages').flatMap(({ body }) => (isObject(body) ? [body] : []));
    },

    /** What Reconify received, oldest first. */
    records: () => list('reconify', '/records'),
  };
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
