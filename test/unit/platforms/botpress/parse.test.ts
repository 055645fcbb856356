import { describe, expect, it } from 'vitest';
import { Rejected } from '../../../../lib/errors.ts';
import { parseBotpress } from '../../../../lib/platforms/botpress/parse.ts';
import messages from '../../../fixtures/botpress-messages.json' with { type: 'json' };
import signals from '../../../fixtures/botpress-signals.json' with { type: 'json' };
import fc from '../../../harness/property.ts';

const parse = (signal: unknown) =>
  parseBotpress(new TextEncoder().encode(JSON.stringify(signal)), {
    botUserId: 'claude',
    bot: { name: 'default', context: [] },
  });

/** A message of a user with other data than the recorded one. */
const created = (changes: object) => ({ ...messages.text, data: { ...messages.text.data, ...changes } });

function statusOf(act: () => unknown): number | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof Rejected ? error.status : undefined;
  }
  return undefined;
}

describe('a message of a user', () => {
  it('is taken with its ids, its time in ms and its author', () => {
    const inbound = parse(messages.text);

    expect(inbound).toEqual({
      event: 'sent',
      platform: 'botpress',
      conversation: 'conv_01KBX7PZ5D8F2H4J6K8M0N2P4R',
      messageId: 'msg_01KBX7Q2R8T4M6N9P0S3V5W7Y1',
      createdAt: Date.UTC(2026, 1, 3, 10, 11, 12, 345),
      speaker: { id: 'user_01KBX7PX1A3C5E7G9J2K4M6N8Q' },
      text: 'Grüße, Claude 👋',
      attachments: [],
    });
  });

  it('comes with those fields of its metadata that the bot names', () => {
    const body = new TextEncoder().encode(JSON.stringify(created({ metadata: { plan: 'gold', password: 'hidden' } })));
    const bot = { name: 'sales', context: ['metadata.plan', 'metadata.none'] };

    const inbound = parseBotpress(body, { botUserId: 'claude', bot });

    expect(inbound).toMatchObject({ bot: 'sales', context: { 'metadata.plan': 'gold' } });
    expect(JSON.stringify(inbound)).not.toContain('hidden');
  });

  const url = 'https://files.example.com';
  const chair = '[Card] Red chair\nOak, 45 cm\n- Buy\n- Details (https://shop.example.com/chair)';
  const picture = { url: `${url}/chair.jpg`, name: 'chair.jpg', kind: 'image' };
  it.each([
    ['text', 'Grüße, Claude 👋', []],
    ['markdown', '**bold** and `code`', []],
    ['image', '', [{ url: `${url}/cat%20one.png`, name: 'cat one.png', kind: 'image' }]],
    ['audio', '', [{ url: `${url}/note.mp3`, name: 'note.mp3', kind: 'audio' }]],
    ['video', '', [{ url: `${url}/clip.mp4`, name: 'clip.mp4', kind: 'video' }]],
    ['file', '', [{ url: `${url}/a/1234`, name: 'Invoice.pdf' }]],
    ['location', '[Location: 47.3769, 8.5417; Office; Bahnhofstrasse 1, Zürich]', []],
    ['card', chair, [picture]],
    ['carousel', `${chair}\n\n[Card] Blue chair`, [picture]],
    ['choice', 'Which size?\n- Small (s)\n- Large', []],
    ['dropdown', 'Which country?\n- Switzerland (CH)', []],
    ['bloc', 'What is this?\n[Location: 1.5, 2.5]', [{ url: `${url}/thing.jpg`, name: 'thing.jpg', kind: 'image' }]],
  ] as const)('of type %s is read as a person would', (type, text, attachments) => {
    const inbound = parse(messages[type]);

    expect(inbound).toMatchObject({ event: 'sent', text, attachments });
  });

  it('of a type that came later than this code still gets an answer', () => {
    const inbound = parse(created({ payload: { type: 'hologram', beam: 1 } }));

    expect(inbound).toMatchObject({ event: 'sent', text: expect.stringContaining('hologram') });
  });

  it('in a conversation whose id the app chose is noted as one that a deletion names by its id alone', () => {
    const inbound = parse(created({ conversationId: 'support-42' }));

    expect(inbound).toMatchObject({ conversation: 'support-42', isNamedById: true });
  });

  it('counts however old it is, with or without milliseconds, whatever its offset', () => {
    const times = ['2019-05-06T07:08:09Z', '2019-05-06T09:08:09.000+02:00'];

    const inbounds = times.map((createdAt) => parse(created({ createdAt })));

    expect(inbounds).toEqual(inbounds.map(() => expect.objectContaining({ createdAt: Date.UTC(2019, 4, 6, 7, 8, 9) })));
  });
});

describe('what needs no answer', () => {
  it.each([
    ['our own message', { userId: 'claude' }],
    ['a message of the bot', { isBot: true, userId: 'another id' }],
    ['an answer of ours under an id that the settings do not know', { metadata: { replyId: 'reply:msg_1:0' } }],
    ['a message without anything to read', { payload: { type: 'text', text: '  \n' } }],
  ])('is ignored: %s', (_, changes) => {
    const result = parse(created(changes));

    expect(result).toMatchObject({ ignored: expect.any(String), about: { platform: 'botpress' } });
  });

  it('is ignored: a bot carousel as Botpress sends it, which no schema of a user message takes', () => {
    const payload = { type: 'carousel', items: [{ title: 'A card without its type' }] };

    const result = parse(created({ isBot: true, payload }));

    expect(result).toMatchObject({ ignored: 'message of the bot' });
  });

  const { message_deleted, ...others } = signals;
  it.each(Object.entries(others))('is ignored: %s', (_, signal) => {
    const result = parse(signal);

    expect(result).toEqual({ ignored: 'other signal' });
  });

  it('is ignored: a signal that came later than this code', () => {
    const result = parse({ type: 'message_updated', data: { anything: 1 } });

    expect(result).toEqual({ ignored: 'other signal' });
  });
});

describe('a deletion', () => {
  it('is taken with the id of the message and no time, since Botpress tells none', () => {
    const inbound = parse(signals.message_deleted);

    expect(inbound).toEqual({
      event: 'deleted',
      platform: 'botpress',
      conversation: 'conv_01KBX7PZ5D8F2H4J6K8M0N2P4R',
      messageId: 'msg_01KBX7Q2R8T4M6N9P0S3V5W7Y1',
    });
  });
});

describe('a body that is not the shape of its signal', () => {
  it.each([
    ['no id', created({ id: undefined })],
    ['an empty id', created({ id: '' })],
    ['half a character in an id', created({ conversationId: '\ud800' })],
    ['no time', created({ createdAt: 'yesterday' })],
    ['a time that does not sort', created({ createdAt: '1970-01-01T00:00:00Z' })],
    ['no isBot', created({ isBot: undefined })],
    ['no payload', created({ payload: null })],
    ['a payload without its text', created({ payload: { type: 'text' } })],
    ['a card without a title', created({ payload: { type: 'card', actions: [] } })],
    ['metadata that is no object', created({ metadata: 'x' })],
    ['no data', { type: 'message_created' }],
    ['a deletion without an id', { type: 'message_deleted', data: { conversationId: 'c', userId: 'u' } }],
    ['a participant without an id', { type: 'participant_added', data: { conversationId: 'c' } }],
    ['a list', [messages.text]],
  ])('is refused with 400: %s', (_, signal) => {
    const status = statusOf(() => parse(signal));

    expect(status).toBe(400);
  });

  it('is refused with 400: bytes that are no UTF-8, and text that is no JSON', () => {
    const bodies = [new Uint8Array([0x22, 0xff, 0x22]), new TextEncoder().encode('{"type":')];

    const statuses = bodies.map((body) =>
      statusOf(() => parseBotpress(body, { botUserId: 'claude', bot: { name: 'default', context: [] } })),
    );

    expect(statuses).toEqual([400, 400]);
  });

  it('is never anything but refused or understood', () => {
    const types = fc.constantFrom(...Object.keys(messages), 'other');
    const payload = fc
      .tuple(types, fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([type, rest]) => ({ ...rest, type }));

    fc.assert(
      fc.property(fc.oneof(payload, fc.jsonValue()), (value) => {
        const signal = created({ payload: value });
        const status = statusOf(() => parse(signal));
        return status === 400 || status === undefined;
      }),
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => [400, undefined].includes(statusOf(() => parse(value)))));
  });
});
