/** The playground's page for a TalkJS account: visitor, bot and conversation in TalkJS' own chatbox. */
import type { AccountView } from '../view.ts';
import { find } from './dom.ts';
import { ask, post } from './server.ts';

/** What is used of TalkJS' browser script: https://talkjs.com/docs/Reference/JavaScript_Chat_SDK/ */
interface TalkScript {
  ready: Promise<void>;
  User: new (profile: object) => object;
  Session: new (options: { appId: string; me: object; tokenFetcher(): Promise<string> }) => TalkSession;
}
interface TalkSession {
  getOrCreateConversation(id: string): { setParticipant(user: object): void };
  createChatbox(): { select(conversation: object): void; mount(element: HTMLElement): Promise<void> };
}
declare global {
  interface Window {
    Talk?: TalkScript;
  }
}

const SCRIPT = 'https://cdn.talkjs.com/talk.js';

/** TalkJS does not try again when a token does not come: so often we do, and with this pause (ms). */
const TRIES = 3;
const PAUSE_MS = 1000;

const about = find('about', HTMLParagraphElement);

async function begin() {
  const account = await ask<AccountView>('talkjs-account');
  find(account.isSet ? 'chat' : 'set-up', HTMLElement).hidden = false;
  // The page is at the fifth port of the block, and the doors are at the first.
  for (const place of document.querySelectorAll('.doors-port')) place.textContent = String(Number(location.port) - 4);
  if (!account.isSet) return;
  const { conversationId } = await post<{ conversationId: string }>('talkjs-account/conversation', {});
  await openChatbox(account, conversationId);
  about.textContent = `You are ${account.visitor?.name}. The answer comes when TalkJS’ webhook reaches this machine.`;
}

async function openChatbox({ appId = '', visitor, bot }: AccountView, conversationId: string) {
  const Talk = await loadTalk();
  const me = new Talk.User({ ...visitor, role: 'default' });
  const session = new Talk.Session({ appId, me, tokenFetcher: fetchToken });
  const conversation = session.getOrCreateConversation(conversationId);
  conversation.setParticipant(me);
  conversation.setParticipant(new Talk.User({ ...bot, role: 'default' }));
  const chatbox = session.createChatbox();
  chatbox.select(conversation);
  await chatbox.mount(find('chatbox', HTMLDivElement));
}

async function fetchToken(): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return (await post<{ token: string }>('talkjs-account/token', {})).token;
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((later) => setTimeout(later, PAUSE_MS));
    }
  }
}

async function loadTalk(): Promise<TalkScript> {
  const script = document.createElement('script');
  script.src = SCRIPT;
  await new Promise((resolve, reject) => {
    script.addEventListener('load', resolve);
    script.addEventListener('error', () => reject(new Error('TalkJS’ script did not load')));
    document.head.append(script);
  });
  if (!window.Talk) throw new Error('TalkJS’ script did not start');
  await window.Talk.ready;
  return window.Talk;
}

begin().catch((error) => {
  find('chat', HTMLElement).hidden = false;
  about.textContent = `It did not start: ${error instanceof Error ? error.message : 'unknown reason'}`;
});
