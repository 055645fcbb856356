/** The playground: signs in a visitor at the real TalkJS, for who has an account there. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { Refusal } from './answers.ts';
import type { AccountView } from './view.ts';

const VISITOR = { id: 'playground-visitor', name: 'Visitor' };

/** TalkJS advises at least 10 minutes. */
const TOKEN_SECONDS = 3600;

/** For one request. */
const APP_TOKEN_SECONDS = 30;

const REQUEST_LIMIT_MS = 10_000;

/** TalkJS' own sample picture; any that the public internet can reach will do. */
const BOT_PHOTO = 'https://talkjs.com/new-web/avatar-8.jpg';

/** The settings of a real account, `undefined` while the stand-in is in use. */
export type Account = TalkjsAccount | undefined;

export interface TalkjsAccount {
  appId: string;
  secretKey: string;
  apiUrl: string;
  botId: string;
}

export function tellAccount(account: Account): AccountView {
  if (!account) return { isSet: false };
  return { isSet: true, appId: account.appId, visitor: VISITOR, bot: botOf(account.botId) };
}

/** A token for the visitor: without it, anybody could speak as anybody. */
export async function createToken(account: Account, now: number): Promise<{ token: string }> {
  const { appId, secretKey } = existing(account);
  return { token: await sign({ tokenType: 'user', iss: appId, sub: VISITOR.id }, secretKey, now, TOKEN_SECONDS) };
}

/** Makes visitor, bot and a conversation of the two, whose id nobody can guess; gives the id. */
export async function startConversation(account: Account, now: number): Promise<{ conversationId: string }> {
  const { appId, secretKey, apiUrl, botId } = existing(account);
  const token = await sign({ tokenType: 'app', iss: appId }, secretKey, now, APP_TOKEN_SECONDS);
  const conversationId = `playground-${randomUUID()}`;
  const { id: _, ...bot } = botOf(botId);
  const put = async (path: string, body: object) => {
    const response = await fetch(`${apiUrl}/v1/${encodeURIComponent(appId)}/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    }).catch(() => {
      throw new Refusal(502, `TalkJS cannot be reached at ${apiUrl}`);
    });
    if (!response.ok) throw new Refusal(502, `TalkJS answered ${response.status} to ${path.split('/')[0]}`);
  };
  await put(`users/${VISITOR.id}`, { name: VISITOR.name, role: 'default' });
  await put(`users/${encodeURIComponent(botId)}`, { ...bot, role: 'default' });
  await put(`conversations/${conversationId}`, { subject: 'Playground', participants: [VISITOR.id, botId] });
  return { conversationId };
}

function existing(account: Account): TalkjsAccount {
  if (!account) throw new Refusal(409, 'set TALKJS_APP_ID and TALKJS_SECRET_KEY first');
  return account;
}

function botOf(id: string) {
  return { id, name: 'Claude', photoUrl: BOT_PHOTO, welcomeMessage: 'Hello! Ask me anything.' };
}

function sign(claims: Record<string, string>, secretKey: string, now: number, seconds: number): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setExpirationTime(Math.floor(now / 1000) + seconds)
    .sign(new TextEncoder().encode(secretKey));
}
