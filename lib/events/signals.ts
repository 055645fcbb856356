/** Room of events: the receiver of our own Chat API's signals, as the Botpress cloud would post them. */
import type { Receiver } from './deliver.ts';
import type { Letter } from './event.ts';
import { post } from './post.ts';

/** Signals as the streams carry them, with what names each in every attempt; `secret` goes along word for word. */
export function signalsReceiver(
  { url, secret }: { url: string; secret: string | undefined },
  fetching: typeof fetch,
): Receiver {
  const own = secret === undefined ? {} : { 'x-secret-key': secret };
  return {
    isNoted: false,
    post: ({ id, body }) =>
      post({ url: withSlash(url), headers: { 'x-signal-id': encodeURIComponent(id), ...own }, body, fetch: fetching }),
  };
}

/** Receivers made for the Botpress cloud expect the slash that it appends. */
function withSlash(url: string): string {
  const full = new URL(url);
  full.pathname = `${full.pathname.replace(/\/+$/, '')}/`;
  return full.href;
}

/** Puts the signals of the Chat API, whose conversations and users are named as the turns know them, into the queue of events. */
export function signalsInto(put: (letter: Letter) => Promise<void>) {
  return ({
    user,
    ...signal
  }: Pick<Letter, 'conversation' | 'id' | 'body'> & { user: string | undefined }): Promise<void> =>
    put({ to: 'chat-api', platform: 'chat-api', ...signal, ...(user === undefined ? {} : { user }) });
}
