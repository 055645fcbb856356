import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Rejected } from '../../../../lib/errors.ts';
import { parseTalkjs } from '../../../../lib/platforms/talkjs/parse.ts';
import fc from '../../../harness/property.ts';

type Json = Record<string, unknown>;
interface Event {
  type: string;
  createdAt: number;
  data: { sender: Json | null; conversation: Json; message: Json; mentionedUserIds: unknown };
}

const sample = readFileSync(new URL('../../../fixtures/talkjs-message-sent.json', import.meta.url), 'utf8');
const contents: { name: string; message: Json; text: string; attachments: unknown[] }[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/talkjs-message-content.json', import.meta.url), 'utf8'),
);

function event(change: (event: Event) => void = () => {}): Uint8Array {
  const copy: Event = JSON.parse(sample);
  change(copy);
  return Buffer.from(JSON.stringify(copy));
}

function parse(body: Uint8Array) {
  return parseTalkjs(body, { ours: [{ name: 'default', userId: 'claude' }] });
}

const ref = {
  platform: 'talkjs',
  conversation: 'conv_1',
  messageId: 'msg_6TKoWs0Jm8XrjPOmFdOGiX',
  createdAt: 1755500000000,
};

describe('a message.sent event', () => {
  it('is what a user said, with the speaker the webhook names', () => {
    const inbound = parse(event());

    expect(inbound).toEqual({
      event: 'sent',
      ...ref,
      speaker: { id: 'alice', name: 'Alice', email: 'alice@example.com', role: 'default' },
      text: 'Hello',
      attachments: [],
    });
  });

  it.each(contents)('reads $name', ({ message, text, attachments }) => {
    const body = event(({ data }) => {
      data.message.text = undefined;
      data.message.content = undefined;
      Object.assign(data.message, message);
    });

    const inbound = parse(body);

    expect(inbound).toMatchObject({ event: 'sent', text, attachments });
  });

  it('speaks for the author when the profile is missing', () => {
    const body = event(({ data }) => {
      data.sender = null;
    });

    const inbound = parse(body);

    expect(inbound).toMatchObject({ event: 'sent', speaker: { id: 'alice' } });
  });

  it('finds the conversation in the message when it has none of its own', () => {
    const body = event(({ data }) => {
      data.conversation = { participants: data.conversation.participants };
    });

    const inbound = parse(body);

    expect(inbound).toMatchObject({ event: 'sent', conversation: 'conv_1' });
  });

  it.each<[string, string, (event: Event) => void]>([
    [
      'another event',
      'other event',
      (it) => {
        it.type = 'message.read';
      },
    ],
    [
      'a deleted conversation',
      'other event',
      (it) => {
        it.type = 'conversation.deleted';
      },
    ],
    [
      "the bot's own message",
      'own message',
      ({ data }) => {
        data.message.senderId = 'claude';
      },
    ],
    [
      "the bot's own message known by its profile",
      'own message',
      ({ data }) => {
        data.message.senderId = undefined;
        data.sender = { id: 'claude' };
      },
    ],
    [
      'a system message',
      'system message',
      ({ data }) => {
        data.message.type = 'SystemMessage';
        data.message.senderId = null;
        data.sender = null;
      },
    ],
    [
      'a conversation without the bot',
      'not a participant',
      ({ data }) => {
        data.conversation.participants = { alice: {}, bob: {} };
      },
    ],
    [
      'a large group that does not mention the bot',
      'group without mention',
      ({ data }) => {
        const others = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`user-${i}`, {}]));
        data.conversation.participants = { alice: {}, ...others, claude: {} };
      },
    ],
    [
      'a typing placeholder',
      'typing placeholder',
      ({ data }) => {
        data.message.custom = { isTyping: 'true' };
      },
    ],
    [
      'a message with nothing in it',
      'empty message',
      ({ data }) => {
        data.message.text = '  ';
        data.message.content = [];
      },
    ],
    [
      'a message without an author',
      'no sender',
      ({ data }) => {
        data.message.senderId = null;
        data.sender = null;
      },
    ],
  ])('is left alone for %s', (_, ignored, change) => {
    const result = parse(event(change));

    const { conversation, messageId } = ref;
    expect(result).toMatchObject(
      ignored === 'other event' ? { ignored } : { ignored, about: { conversation, messageId } },
    );
  });

  it('in a small group where nothing names a team is told as such, with who else is there', () => {
    const inbound = parse(
      event(({ data }) => {
        data.conversation.participants = { alice: {}, bob: {}, claude: {} };
      }),
    );

    expect(inbound).toMatchObject({ event: 'sent', speaker: { id: 'alice' }, among: ['bob'], ofTeam: 'perhaps' });
  });

  it.each<[string, string | undefined, (event: Event) => void]>([
    [
      'in the event',
      undefined,
      ({ data }) => {
        data.mentionedUserIds = ['claude'];
      },
    ],
    [
      'in a node',
      '@Claude',
      ({ data }) => {
        data.message.content = [{ type: 'text', children: [{ type: 'mention', id: 'claude', text: 'Claude' }] }];
      },
    ],
    [
      'in older text',
      '@Claude',
      ({ data }) => {
        data.message.content = undefined;
        data.message.text = 'hey <!!mention:claude|Claude>';
      },
    ],
  ])('in a group is answered when it mentions the bot %s', (_, calledAs, change) => {
    const body = event((it) => {
      it.data.conversation.participants = { alice: {}, bob: {}, claude: {} };
      change(it);
    });

    const inbound = parse(body);

    expect(inbound).toMatchObject({ event: 'sent', called: 'untilHuman', ...(calledAs ? { calledAs } : {}) });
  });

  it.each([
    ['always', 'asks'],
    ['mention', 'aside'],
  ] as const)('in a group with `groups: %s` says that one of the team has written it', (groups, ofTeam) => {
    const body = event(({ data }) => {
      data.conversation.participants = { alice: {}, bob: {}, claude: {} };
    });
    const ours = [{ name: 'default', userId: 'claude', groups }] as const;

    expect(parseTalkjs(body, { ours, humanRoles: ['default'] })).toMatchObject({ event: 'sent', ofTeam });
    expect(parseTalkjs(body, { ours, handoffUser: 'desk' })).not.toHaveProperty('ofTeam');
  });

  it.each([
    ['<!!mention:claude|Claude> /bot', '/bot'],
    ['<!!mention:claude|Claude>: /Bot', '/bot'],
    ['/bot <!!mention:claude|Claude>', '/bot'],
    ['<!!mention:claude|Claude> /bot is the word', '@Claude /bot is the word'],
    ['<!!mention:bob|Bob> /bot', '@Bob /bot'],
  ])('%s says %s', (said, text) => {
    const inbound = parse(
      event(({ data }) => {
        data.message.content = undefined;
        data.message.text = said;
      }),
    );

    expect(inbound).toMatchObject({ text });
  });

  it.each<[string, (event: Event) => void]>([
    ['no data', (it) => Reflect.deleteProperty(it, 'data')],
    ['no message', ({ data }) => Reflect.deleteProperty(data, 'message')],
    [
      'no id',
      ({ data }) => {
        data.message.id = '';
      },
    ],
    [
      'an id that is no text',
      ({ data }) => {
        data.message.id = 7;
      },
    ],
    [
      'an id with half a character',
      ({ data }) => {
        data.message.id = 'msg_\ud800';
      },
    ],
    [
      'an endless id',
      ({ data }) => {
        data.message.id = 'x'.repeat(5000);
      },
    ],
    [
      'no conversation',
      ({ data }) => {
        data.conversation = {};
        data.message.conversationId = null;
      },
    ],
    [
      'no time',
      ({ data }) => {
        data.message.createdAt = null;
      },
    ],
    [
      'a time in seconds',
      ({ data }) => {
        data.message.createdAt = 1755500000;
      },
    ],
    [
      'a time beyond 13 digits',
      ({ data }) => {
        data.message.createdAt = 1e13;
      },
    ],
    [
      'a negative time',
      ({ data }) => {
        data.message.createdAt = -1755500000000;
      },
    ],
    [
      'content that is no list',
      ({ data }) => {
        data.message.content = 'Hello';
      },
    ],
  ])('is refused with %s', (_, change) => {
    const body = event(change);

    expect(() => parse(body)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('that is nested ten thousand deep is refused, and ends no process', () => {
    const nested = `${'{"type":"bold","children":['.repeat(10_000)}"deep"${']}'.repeat(10_000)}`;
    const body = Buffer.from(event().toString().replace('"children":["Hello"]', `"children":[${nested}]`));

    expect(() => parse(body)).toThrow(expect.objectContaining({ name: 'Rejected', status: 400 }));
  });

  it('holds no half characters', () => {
    const body = event(({ data }) => {
      data.message.content = [{ type: 'text', children: ['a\ud800b'] }];
    });

    const inbound = parse(body);

    expect(inbound).toMatchObject({ text: 'a\ufffdb' });
  });
});

describe('a message in an app with several bots', () => {
  const ours = [
    { name: 'default', userId: 'claude' },
    { name: 'sales', userId: 'claude-sales' },
  ] as const;
  const among = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, { access: 'ReadWrite' }]));
  const read = (change: (data: Event['data']) => void) =>
    parseTalkjs(
      event(({ data }) => change(data)),
      { ours },
    );

  it.each([
    { who: 'the one that takes part', ids: ['alice', 'claude-sales'], mentioned: [], bot: 'sales' },
    { who: 'the default one where it alone takes part', ids: ['alice', 'claude'], mentioned: [], bot: undefined },
    { who: 'the one called', ids: ['alice', 'claude', 'claude-sales'], mentioned: ['claude-sales'], bot: 'sales' },
    {
      who: 'the first called',
      ids: ['alice', 'claude', 'claude-sales'],
      mentioned: ['claude-sales', 'claude'],
      bot: 'sales',
    },
    { who: 'the first where none is called', ids: ['alice', 'claude', 'claude-sales'], mentioned: [], bot: undefined },
    {
      who: 'one that takes part, not one that is only called',
      ids: ['alice', 'claude'],
      mentioned: ['claude-sales'],
      bot: undefined,
    },
    {
      who: 'the one called in a group',
      ids: ['alice', 'carol', 'claude', 'claude-sales'],
      mentioned: ['claude-sales'],
      bot: 'sales',
    },
  ])('is for $who', ({ ids, mentioned, bot }) => {
    const inbound = read((data) => {
      data.conversation.participants = among(...ids);
      data.mentionedUserIds = mentioned;
    });

    expect(inbound).toMatchObject({ event: 'sent' });
    expect('bot' in inbound ? inbound.bot : undefined).toBe(bot);
  });

  it.each(['claude', 'claude-sales'])('is no message of a user when %s wrote it', (id) => {
    const inbound = read((data) => {
      data.conversation.participants = among('alice', 'claude', 'claude-sales');
      data.message.senderId = id;
      data.sender = { id };
    });

    expect(inbound).toMatchObject({ ignored: 'own message' });
  });

  it('is nobody’s where none of them takes part', () => {
    const inbound = read((data) => {
      data.conversation.participants = among('alice', 'carol');
    });

    expect(inbound).toMatchObject({ ignored: 'not a participant' });
  });

  it('is for the same one whatever name its text, its fields or its sender claim', () => {
    const inbound = read((data) => {
      data.conversation.participants = among('alice', 'claude');
      data.conversation.custom = { bot: 'sales' };
      data.message.custom = { bot: 'sales', replyKey: 'sales' };
      data.message.text = 'bot: sales';
      data.message.content = undefined;
      data.sender = { ...data.sender, name: 'sales', custom: { bot: 'sales' } };
      Object.assign(data, { bot: 'sales' });
    });

    expect(inbound).toMatchObject({ event: 'sent', text: 'bot: sales' });
    expect(inbound).not.toHaveProperty('bot');
  });
});

describe('a change of an earlier message', () => {
  it('is an edit with its time', () => {
    const body = event((it) => {
      it.type = 'message.updated';
      it.data.sender = null;
      Object.assign(it.data.message, {
        editedAt: 1755500060000,
        content: [{ type: 'text', children: ['Hello again'] }],
      });
    });

    const inbound = parse(body);

    expect(inbound).toEqual({ event: 'edited', ...ref, editedAt: 1755500060000, text: 'Hello again', attachments: [] });
  });

  it('takes the time of the event where the message names none', () => {
    const body = event((it) => {
      it.type = 'message.updated';
    });

    const inbound = parse(body);

    expect(inbound).toMatchObject({ event: 'edited', editedAt: 1755500000123 });
  });

  it('is a deletion even with nothing but its ids', () => {
    const message = { id: ref.messageId, conversationId: ref.conversation, createdAt: ref.createdAt };
    const body = Buffer.from(JSON.stringify({ type: 'message.deleted', data: { message } }));

    const inbound = parse(body);

    expect(inbound).toEqual({ event: 'deleted', ...ref });
  });

  it.each(['message.updated', 'message.deleted'])('by the bot itself is left alone (%s)', (type) => {
    const body = event((it) => {
      it.type = type;
      it.data.message.senderId = 'claude';
    });

    const result = parse(body);

    expect(result).toMatchObject({ ignored: 'own message' });
  });

  it.each(['message.updated', 'message.deleted'])('without a time is refused (%s)', (type) => {
    const body = event((it) => {
      it.type = type;
      it.data.message.createdAt = undefined;
    });

    expect(() => parse(body)).toThrow(expect.objectContaining({ status: 400 }));
  });
});

describe('any body at all', () => {
  function survives(body: Uint8Array): boolean {
    try {
      return typeof parse(body) === 'object';
    } catch (error) {
      return error instanceof Rejected && error.status === 400;
    }
  }

  it.each(['', '{', 'null', '[]', '"x"', '7', '{"type":7}', '[1]'.repeat(3), '\ufeff{}', '[['.repeat(100_000)])(
    'that is no event is refused (%#)',
    (text) => {
      const parsing = () => parse(Buffer.from(text));

      expect(parsing).toThrow(expect.objectContaining({ status: 400 }));
    },
  );

  it('of bytes that are no UTF-8 is refused', () => {
    const bytes = Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xff]), Buffer.from('"}')]);

    expect(() => parse(bytes)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('is read, left alone or refused, never more', () => {
    const key = fc.constantFrom(
      'type',
      'data',
      'message',
      'sender',
      'conversation',
      'id',
      'text',
      'content',
      '__proto__',
    );
    const json = fc.jsonValue();
    const types = fc.constantFrom('message.sent', 'message.updated', 'message.deleted');
    const event = fc.record({ type: types, data: fc.record({ message: fc.dictionary(key, json), sender: json }) });
    const body = fc.oneof(
      fc.uint8Array(),
      json.map((value) => Buffer.from(JSON.stringify(value))),
      event.map((value) => Buffer.from(JSON.stringify(value))),
    );

    fc.assert(fc.property(body, survives), { numRuns: 500 });
  });

  it('is no trouble when one value of a real event is another', () => {
    const paths = leaves(JSON.parse(sample), []);

    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) =>
        survives(Buffer.from(JSON.stringify(replaceAt(JSON.parse(sample), path, value)))),
      ),
      { numRuns: 1000 },
    );
  });
});

function leaves(value: unknown, path: string[]): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))];
}

function replaceAt(value: unknown, [key, ...path]: string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item, at) => (`${at}` === key ? replaceAt(item, path, replacement) : item));
  return { ...Object(value), [key]: replaceAt(Object(value)[key], path, replacement) };
}
