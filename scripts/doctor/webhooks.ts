/** The doctor: sends each door a webhook as its platform would. It speaks as the bot itself, so that nothing comes of it. */
import { createHmac } from 'node:crypto';
import type { Settings } from '../../lib/config.ts';
import { type Finding, off, ok, wrong } from './finding.ts';

/** TalkJS gives up after so long (ms); Botpress lets its user wait. */
const PATIENCE_MS = 5_000;

type Talkjs = NonNullable<Settings<'talkjs'>['talkjs']>;
type Botpress = NonNullable<Settings<'botpress'>['botpress']>;
type Headers = Record<string, string>;

export async function tryTalkjs(url: string, { webhookSecrets, botId }: Talkjs): Promise<Finding[]> {
  const now = Date.now();
  const body = JSON.stringify({
    id: 'evt_doctor',
    type: 'message.sent',
    createdAt: now,
    data: {
      sender: { id: botId, name: 'Doctor' },
      conversation: { id: 'doctor', participants: { [botId]: { access: 'ReadWrite' } } },
      message: {
        id: 'msg_doctor',
        conversationId: 'doctor',
        type: 'UserMessage',
        senderId: botId,
        text: 'A test webhook. Grüße 👋',
        createdAt: now,
      },
    },
  });
  const signed = (secret: string): Headers => ({
    'x-talkjs-timestamp': `${now}`,
    'x-talkjs-signature': createHmac('sha256', secret).update(`${now}.${body}`).digest('hex').toUpperCase(),
  });
  const good = webhookSecrets.map(signed);
  return tryDoor({ title: 'TalkJS', url, body, good, forged: signed('the secret of somebody else') });
}

export async function tryBotpress(url: string, { webhookSecret, botUserId }: Botpress): Promise<Finding[]> {
  const data = {
    id: 'msg_doctor',
    conversationId: 'conv_doctor',
    userId: botUserId,
    createdAt: new Date().toISOString(),
    isBot: false,
    payload: { type: 'text', text: 'A test webhook. Grüße 👋' },
  };
  const body = JSON.stringify({ type: 'message_created', data });
  const good = [{ 'x-secret-key': webhookSecret }];
  return tryDoor({ title: 'Botpress', url, body, good, forged: { 'x-secret-key': 'the secret of somebody else' } });
}

interface Trial {
  title: string;
  url: string;
  body: string;
  /** One for each secret that may have signed. */
  good: readonly Headers[];
  forged: Headers;
}

async function tryDoor({ title, url, body, good, forged }: Trial): Promise<Finding[]> {
  const answers = await Promise.all(good.map((headers) => send(url, body, headers)));
  const findings = answers.map((answer, i) =>
    judge(answer, good.length > 1 ? `${title} (secret ${i + 1})` : title, url),
  );
  const lie = await send(url, body, forged);
  if (lie.status === 200)
    findings.push(
      wrong(
        `${title}: ${url} takes a forged webhook`,
        'something in front of the door answers for it: send webhooks straight to it',
      ),
    );
  else if (lie.status === 401) findings.push(ok(`${title}: a forged webhook is refused`));
  return findings;
}

interface DoorAnswer {
  status: number | undefined;
  ms: number;
}

async function send(url: string, body: string, headers: Headers): Promise<DoorAnswer> {
  const startedAt = performance.now();
  const request = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    () => undefined,
  );
  await response?.body?.cancel();
  return { status: response?.status, ms: Math.round(performance.now() - startedAt) };
}

function judge({ status, ms }: DoorAnswer, title: string, url: string): Finding {
  const door = `${title}: ${url}`;
  if (status === 200) return ok(`${door} took a signed webhook in ${ms} ms`);
  if (status === undefined)
    return wrong(
      `${door} did not answer within ${PATIENCE_MS / 1000} s`,
      'see that it runs and can be reached from here',
    );
  if (status === 401)
    return wrong(
      `${door} refuses a webhook signed with the secret set here`,
      'it runs with another secret: start or deploy it again with these settings',
    );
  if (status === 503)
    return wrong(
      `${door} says that it is not configured`,
      'it runs without these settings: start or deploy it again with them',
    );
  return wrong(`${door} answered ${status}`, 'only 200 counts: see the door’s log');
}

/** A door whose platform is not set up. */
export function untried(title: string): Finding {
  return off(`${title} is not set up: its door was not tried`);
}
