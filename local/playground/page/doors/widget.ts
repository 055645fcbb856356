/** The playground's page: the widget in a page of its own, which stands in a frame. Who speaks there, and where, is in the storage of both. */
import { find, make } from '../dom.ts';
import type { OpenADoor } from './door.ts';

export const openWidget: OpenADoor = async ({ view: { url = '' }, bot, memory, events }) => {
  const webhookId = decodeURIComponent(new URL(url).pathname.split('/').at(-2) ?? '');
  const key = `chat-widget-${webhookId}-client`;
  if (memory.get('conversation') === undefined) localStorage.removeItem(key);
  sessionStorage.setItem(`chat-widget-open-${webhookId}`, 'yes');

  const frame = make('iframe', { src: `/widget?${new URLSearchParams({ bot })}`, title: 'A page with the widget' });
  find('frame', HTMLDivElement).replaceChildren(frame);
  let heard = (_conversation: string) => {};
  const hear = (event: StorageEvent) => {
    const conversation = event.key === key ? conversationIn(event.newValue) : undefined;
    if (conversation !== undefined) heard(conversation);
  };
  addEventListener('storage', hear);
  const close = () => {
    removeEventListener('storage', hear);
    frame.remove();
  };

  const conversation =
    conversationIn(localStorage.getItem(key)) ?? (await new Promise<string>((begun) => (heard = begun)));
  memory.set('conversation', conversation);
  heard = (other) => {
    if (other === conversation) return;
    memory.set('conversation', other);
    events.reopen();
  };
  return { conversation, close };
};

/** What the webchat keeps: `{"state": {"conversationId", …}}`. */
function conversationIn(kept: string | null): string | undefined {
  if (kept === null) return undefined;
  const { state } = JSON.parse(kept);
  return typeof state?.conversationId === 'string' ? state.conversationId : undefined;
}
