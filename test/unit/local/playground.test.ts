import { jwtVerify } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Handoff } from '../../../lib/types.ts';
import { doorsOf } from '../../../local/playground/doors.ts';
import { readLine } from '../../../local/playground/hear.ts';
import { openJournal } from '../../../local/playground/journal.ts';
import { tellPeople } from '../../../local/playground/people.ts';
import { createToken, startConversation, tellAccount } from '../../../local/playground/talkjs-account.ts';
import { tellTurn } from '../../../local/playground/tell-turn.ts';
import { serve } from '../../../local/stand-ins/serve.ts';
import { createTalkjs } from '../../../local/stand-ins/talkjs.ts';

const account = { appId: 'tApp', secretKey: 'sk_test', apiUrl: 'http://127.0.0.1:1', botId: 'claude' };
const now = Date.now();

describe('what the playground hears', () => {
  it('reads the event of a function and the process it came from', () => {
    const line = 'reply │ {"time":"2026-11-21T02:24:22.398Z","event":"reply-written","inbound":"m1","ms":388}';

    const heard = readLine(line, now);

    expect(heard).toMatchObject({
      event: 'reply-written',
      process: 'reply',
      time: Date.parse('2026-11-21T02:24:22.398Z'),
    });
  });

  it('reads the end of a process', () => {
    const heard = readLine('reply │ process 12 ended (SIGKILL); starting it again', now);

    expect(heard).toMatchObject({ event: 'process-ended', process: 'reply', time: now, fields: { how: 'SIGKILL' } });
  });

  it.each(['', 'claude-behind-chat is up.', '{"event"', '{"no":"event"}', 'reply │ {}'])('passes over %j', (line) => {
    expect(readLine(line, now)).toBeUndefined();
  });
});

describe('the doors of the playground', () => {
  const names = ['botpress', 'talkjs', 'chat', 'chat-api'];
  const urls = Object.fromEntries(names.map((name) => [name, `http://localhost/${name}/x`]));
  const bots = [
    { name: 'default', botpress: true, http: [] },
    { name: 'sales', botpress: false, http: ['shop'], talkjs: 'seller', chatApi: 'shop' },
    { name: 'new', botpress: false, http: ['nobody'] },
  ];
  const CHAT_ACCESS_KEYS = 'a-key-of-everybody-0123,shop=a-key-of-the-shop-01234';
  const seen = (settings: Record<string, string>, standIns: Record<string, string> = { talkjs: 'x', botpress: 'x' }) =>
    bots.map((bot) =>
      doorsOf(bot, { urls, standIns, settings, bots }).flatMap(({ name, isOpen, url, accessKey }) =>
        isOpen ? [[name, url, accessKey].filter(Boolean).join(' ')] : [],
      ),
    );

  it('lead to the bots that answer there, each with its own address and key', () => {
    expect(seen({ CHAT_ACCESS_KEYS })).toEqual([
      [
        'botpress',
        'talkjs',
        'chat-api http://localhost/chat-api/local',
        'widget http://localhost/chat-api/local/widget.js',
        'http http://localhost/chat a-key-of-everybody-0123',
      ],
      [
        'talkjs',
        'chat-api http://localhost/chat-api/shop',
        'widget http://localhost/chat-api/shop/widget.js',
        'http http://localhost/chat a-key-of-the-shop-01234',
      ],
      [],
    ]);
  });

  it('of platforms that are real are closed, and /chat without keys leads to the default bot alone', () => {
    const [first, sales] = seen({}, {});

    expect(first).toEqual([
      'chat-api http://localhost/chat-api/local',
      'widget http://localhost/chat-api/local/widget.js',
      'http http://localhost/chat',
    ]);
    expect(sales).toEqual([
      'chat-api http://localhost/chat-api/shop',
      'widget http://localhost/chat-api/shop/widget.js',
    ]);
  });
});

describe('what keeps the bot silent', () => {
  const of = { platform: 'talkjs', conversation: 'order-1' } as const;
  const handoff: Handoff = {
    ...{ id: 'm1:0', state: 'waiting', at: Date.UTC(2026, 10, 29, 14), bot: 'default', speaker: { id: 'ada' } },
    ...{ by: 'model', reason: 'A refund', messages: [] },
  };

  it('is told with why, by whom, since when and the way back', () => {
    expect(tellPeople({ owner: 'human', handoff }, of)).toBe(
      'This conversation waits for a person since 2026-11-29 14:00:00, as Claude asked for a person: A refund. The bot answers again after: npm run bot -- resume order-1 --platform talkjs',
    );
    expect(tellPeople({ owner: 'paused', handoff }, of)).toMatch(/^This conversation is paused\. /);
    expect(tellPeople({ owner: 'bot' }, of)).toBeUndefined();
  });
});

describe('a turn as the playground tells it', () => {
  it('puts every stop at its time', () => {
    const journal = openJournal();
    journal.add({ time: 1000, event: 'message-kept', fields: { inbound: 'm1' } });
    journal.add({ time: 1500, event: 'claude-answered', fields: { inbound: 'm1', LatencyMs: 450 } });
    journal.add({ time: 1520, event: 'reply-written', fields: { inbound: 'm1', ms: 500 } });
    journal.add({ time: 1600, event: 'reply-delivered', fields: { inbound: 'm1' } });
    journal.addLogged({ session: 's', requestedAt: 1050, at: 1580 });

    const turn = {
      sk: 'T#0000000000900#m1',
      messageId: 'm1',
      said: [],
      generation: 0,
      epoch: 1,
      state: 'DELIVERED' as const,
    };
    const view = tellTurn({ turn, session: 's', worker: 'reply', isQueued: true, journal });

    expect(view.at).toEqual({
      queued: 1000,
      claimed: 1020,
      asked: 1050,
      answered: 1520,
      delivered: 1600,
      logged: 1580,
    });
  });

  it('counts a call that was made while a busy machine still stored the claim, but not one of the turn before', () => {
    const journal = openJournal();
    journal.add({ time: 1520, event: 'reply-written', fields: { inbound: 'm1', ms: 400 } });
    journal.addLogged({ session: 's', requestedAt: 700, at: 1000 });
    const turn = { sk: 'T#0000000000900#m1', messageId: 'm1', said: [], generation: 0, epoch: 1 };
    const view = () => tellTurn({ turn, session: 's', worker: 'reply', isQueued: true, journal });

    const before = view();
    journal.addLogged({ session: 's', requestedAt: 1050, at: 1580 });

    expect([before.at.logged, view().at.logged]).toEqual([undefined, 1580]);
  });

  it('tells of a second delivery, and of a killed worker but of no other process', () => {
    const journal = openJournal();
    journal.add({ time: 1000, event: 'message-kept', fields: { inbound: 'm1' } });
    journal.add({ time: 1010, event: 'message-kept', fields: { inbound: 'm1' } });
    journal.add({ time: 1020, event: 'process-ended', process: 'deliver', fields: {} });
    journal.add({ time: 1030, event: 'process-ended', process: 'reply', fields: {} });

    const turn = { sk: 'T#0000000001000#m1', messageId: 'm1', said: [], generation: 0, epoch: 0 };
    const view = tellTurn({ turn, session: 's', worker: 'reply', isQueued: true, journal });

    expect(view.state).toBe('QUEUED');
    expect(view.notes.map(({ at }) => at)).toEqual([1010, 1030]);
  });
});

describe('the page for a TalkJS account', () => {
  it('signs a token for the visitor that ends after an hour', async () => {
    const { token } = await createToken(account, now);

    const { payload } = await jwtVerify(token, new TextEncoder().encode(account.secretKey));
    expect(payload).toEqual({
      tokenType: 'user',
      iss: 'tApp',
      sub: 'playground-visitor',
      exp: Math.floor(now / 1000) + 3600,
    });
  });

  it('makes visitor, bot and a conversation of the two, another one each time', async () => {
    const talkjs = createTalkjs({ ...account, botId: 'somebody-else' });
    const server = await serve({ talkjs: talkjs.handle });
    onTestFinished(server.close);
    const here = { ...account, apiUrl: `${server.url}/talkjs` };

    const [one, other] = [await startConversation(here, now), await startConversation(here, now)];

    expect(one.conversationId).not.toBe(other.conversationId);
    const puts = talkjs.requests.slice(0, 3).map(({ method, path }) => `${method} ${path}`);
    expect(puts).toEqual([
      'PUT /v1/tApp/users/playground-visitor',
      'PUT /v1/tApp/users/claude',
      `PUT /v1/tApp/conversations/${one.conversationId}`,
    ]);
  });

  it('refuses while there is no account', async () => {
    expect(tellAccount(undefined)).toEqual({ isSet: false });
    await expect(createToken(undefined, now)).rejects.toThrow('set TALKJS_APP_ID');
  });
});
