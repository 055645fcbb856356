import type { ContentBlockParam, MessageParam, Tool } from '@anthropic-ai/sdk/resources/messages/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteOfEffects } from '../../../../lib/claude/window.ts';
import { model, open, textOf } from '../../../harness/stand-in-claude-client.ts';

let here: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  here = await open();
});
afterAll(() => here.close());

const ask = (messages: MessageParam[], more: object = {}) =>
  here.client.messages.stream({ model, max_tokens: 4000, messages, ...more }).finalMessage();
const user = (content: MessageParam['content']): MessageParam => ({ role: 'user', content }) as MessageParam;
const bot = (content: string): MessageParam => ({ role: 'assistant', content });
const answerTo = async (...said: string[]) => {
  const messages = said.map((text, index) => (index % 2 === 0 ? user(text) : bot(text)));
  return textOf(await ask(messages));
};

describe('the offline Claude answers from the conversation', () => {
  it('labels every answer', async () => {
    const answers = await Promise.all([answerTo('Hello'), answerTo('Anything'), answerTo('markdown'), answerTo('?')]);

    for (const answer of answers) expect(answer).toMatch(/\(offline Claude\)$/);
  });

  it('remembers a name it was told, the latest one', async () => {
    const first = await answerTo('Hi, my name is Ada Lovelace. How are you?', 'Fine.', 'What is my name?');
    const latest = await answerTo('My name is Ada.', 'Hi.', 'My name is Bob and I am tired', 'Hi.', "what's my name");
    const unknown = await answerTo('Hi', 'Hi', 'Do you know my name?');

    expect(first).toContain('Your name is Ada Lovelace.');
    expect(latest).toContain('Your name is Bob.');
    expect(unknown).toContain('You have not told me your name.');
  });

  it('remembers other facts', async () => {
    const colour = await answerTo('My favourite colour is dark blue.', 'Nice.', 'What is my favourite colour?');
    const code = await answerTo('Remember: the code word is kiwi-7.', 'Noted.', 'What was the code word?');
    const budget = await answerTo('our budget is 3.5 million, not more', 'ok', 'What is our budget again?');

    expect(colour).toContain('Your favourite colour is dark blue.');
    expect(code).toContain('The code word is kiwi-7.');
    expect(budget).toContain('3.5 million');
  });

  it('takes a statement for a statement', async () => {
    const answer = await answerTo('Please remember my name is Ada');

    expect(answer).toContain('You said: “Please remember my name is Ada”');
  });

  it('knows what instructions, notes and summaries say', async () => {
    const question = 'What is my name?';

    const system = await ask([user(question)], { system: "The user's name is Cleo." });
    const note = await ask([
      user([
        { type: 'text', text: question },
        { type: 'text', text: '<context>The user is called Dora.</context>' },
      ]),
    ]);
    const instruction = await ask([user(question), { role: 'system', content: 'User name: Emil' }]);
    const summary = await ask([user('<summary>- My name is Finn</summary>'), user(question)]);

    expect(textOf(system)).toContain('Cleo');
    expect(textOf(note)).toContain('Dora');
    expect(textOf(instruction)).toContain('Emil');
    expect(textOf(summary)).toContain('Finn');
  });

  it('quotes what was said first and before', async () => {
    const talk = ['One apple', 'ok', 'Two pears', 'ok'] as const;

    const first = await answerTo(...talk, 'What did I say first?');
    const before = await answerTo(...talk, 'What did I say?');

    expect(first).toContain('First you said: “One apple”');
    expect(before).toContain('Before that you said: “Two pears”');
  });

  it('echoes, and says how much it saw', async () => {
    const alone = await answerTo('Nice weather');
    const later = await answerTo('a', 'b', 'c', 'd', 'Nice weather');

    expect(alone).toBe('You said: “Nice weather” I saw no earlier messages. (offline Claude)');
    expect(later).toBe('You said: “Nice weather” I saw 4 earlier messages in this conversation. (offline Claude)');
  });

  it('hears every text block of the turn but the notes', async () => {
    const blocks: ContentBlockParam[] = ['One', 'Two', '<now>noon</now>'].map((text) => ({ type: 'text', text }));

    const answer = await ask([user(blocks), user('Three')]);

    expect(textOf(answer)).toContain('“One” and “Two” and “Three” I saw no earlier');
  });

  it.each([
    ['what became of its calls', noteOfEffects([{ tool: 'cancel', input: '{"room":"Rome"}', state: 'DECLINED' }])],
    ['what a message answers to', { type: 'text' as const, text: '[in reply to what you said: "Which \\"room\\"?"]' }],
    [
      'what was said before',
      {
        type: 'text' as const,
        text: '[said here before you came, one message a line, as data:\n{"by":"user","text":"Hi"}]',
      },
    ],
  ])('keeps to itself a note on %s', async (_, note) => {
    const behind = await ask([user([{ type: 'text', text: 'No' }, note])]);
    const before = await ask([user([note, { type: 'text', text: 'No' }])]);

    expect(textOf(behind)).toBe('You said: “No” I saw no earlier messages. (offline Claude)');
    expect(textOf(before)).toBe(textOf(behind));
  });

  it('mentions pictures and documents', async () => {
    const data = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1').toString('base64');
    const pdf = Buffer.from('%PDF-1.7 /Type /Page').toString('base64');

    const answer = await ask([
      user([
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
        { type: 'text', text: 'What are these?' },
      ]),
    ]);

    expect(textOf(answer)).toContain(
      'I received a picture (image/png, 8 bytes) and a document (application/pdf, 20 bytes).',
    );
  });

  it('follows simple instructions', async () => {
    const role = await ask([user('Who are you?')], { system: 'You are Ella of Example Ltd. Be kind.' });
    const only = await ask([user('Hi there')], { system: 'Reply only with "No comment".' });

    expect(textOf(role)).toContain('I am Ella of Example Ltd.');
    expect(textOf(only)).toBe('No comment (offline Claude)');
  });

  it('writes Markdown, long texts and summaries on request', async () => {
    const markdown = await answerTo('Show me some markdown');
    const long = await answerTo('Write 500 words about nothing');
    const summary = await answerTo('My name is Ada', 'Hi', 'Can I pay by card?', 'Yes', 'Summarise our conversation');

    for (const sign of [/^# /m, /^- /m, /^\|---/m, /^```/m, /\]\(https:/]) expect(markdown).toMatch(sign);
    expect(long.split(/\s+/)).toHaveLength(502);
    expect(summary).toMatch(/## Open requests\n- Can I pay by card\?(?:.|\n)*## Facts\n- My name is Ada/);
  });

  it('answers in JSON where a format asks for it', async () => {
    const schema = {
      type: 'object',
      required: ['topic', 'count'],
      properties: { topic: { enum: ['billing', 'other'] }, count: { type: 'integer' } },
    };

    const answer = await ask([user('3 questions about billing')], {
      output_config: { format: { type: 'json_schema', schema } },
    });

    expect(JSON.parse(textOf(answer))).toEqual({ topic: 'billing', count: 3 });
  });

  it('does what the phrases ask for', async () => {
    const refused = await ask([user('Please refuse.')]);
    const empty = await ask([user('please be empty')]);
    const later = await ask([user('Please refuse.'), bot('No'), user('Thanks')]);

    expect(refused).toMatchObject({ stop_reason: 'refusal', stop_details: { category: 'general_harms' } });
    expect(textOf(empty)).toBe('');
    expect(later.stop_reason).toBe('end_turn');
    await expect(ask([user('please fail')])).rejects.toMatchObject({ status: 529 });
    await expect(ask([user('please break off')])).rejects.toMatchObject({ type: 'overloaded_error' });
  });
});

const string = (description = '') => ({ type: 'string', description });
const tools: Tool[] = [
  { name: 'current_time', input_schema: { type: 'object', properties: { timezone: string() } } },
  {
    name: 'calculator',
    input_schema: { type: 'object', properties: { expression: string() }, required: ['expression'] },
  },
  {
    name: 'get_weather',
    input_schema: {
      type: 'object',
      properties: { place: string(), unit: { enum: ['c', 'f'] } },
      required: ['place', 'unit'],
    },
  },
  {
    name: 'hand_to_human',
    input_schema: { type: 'object', properties: { reason: { type: 'string', maxLength: 20 } }, required: ['reason'] },
  },
];

describe('the offline Claude uses tools', () => {
  const callsFor = async (text: string, more: object = {}) => {
    const { content, stop_reason } = await ask([user(text)], { tools, ...more });
    const calls = content.flatMap((block) => (block.type === 'tool_use' ? [[block.name, block.input]] : []));
    return { calls, stop_reason };
  };

  it.each([
    ['What time is it?', [['current_time', {}]]],
    ['What is the time in Asia/Tokyo?', [['current_time', { timezone: 'Asia/Tokyo' }]]],
    ['what is 17*23', [['calculator', { expression: '17*23' }]]],
    ['Please calculate sqrt(16) + 2.', [['calculator', { expression: 'sqrt(16) + 2' }]]],
    ['How much is 2 plus 3 times 4?', [['calculator', { expression: '2 + 3 * 4' }]]],
    ['What is 15% of 200?', [['calculator', { expression: '15/100*200' }]]],
    ['How is the weather in New York?', [['get_weather', { place: 'New York', unit: 'c' }]]],
    ['Use the tool get_weather with place "New York" and unit f.', [['get_weather', { place: 'New York', unit: 'f' }]]],
    ['please use tool calculator with {"expression": "1+1"}', [['calculator', { expression: '1+1' }]]],
    ['I want to talk to a human now', [['hand_to_human', { reason: 'I want to talk to a ' }]]],
    [
      'What time is it and what is 6*7?',
      [
        ['current_time', {}],
        ['calculator', { expression: '6*7' }],
      ],
    ],
  ])('%s', async (text, expected) => {
    const { calls, stop_reason } = await callsFor(text);

    expect(calls).toEqual(expected);
    expect(stop_reason).toBe('tool_use');
  });

  it.each([
    'Hello',
    'Use the tool nothing_like_it with number 1',
    'What is my name?',
    'How much is the fish?',
    'I like humans',
  ])('not for: %s', async (text) => {
    const { calls, stop_reason } = await callsFor(text);

    expect(calls).toEqual([]);
    expect(stop_reason).toBe('end_turn');
  });

  it('as the request allows', async () => {
    const both = 'What time is it and what is 6*7?';

    const none = await callsFor(both, { tool_choice: { type: 'none' } });
    const single = await callsFor(both, { tool_choice: { type: 'auto', disable_parallel_tool_use: true } });
    const forced = await callsFor('Hello', { tool_choice: { type: 'tool', name: 'calculator' } });
    const notOffered = await callsFor(both, { tools: undefined });

    expect(none.calls).toEqual([]);
    expect(single.calls).toHaveLength(1);
    expect(forced.calls).toEqual([['calculator', { expression: 'Hello' }]]);
    expect(notOffered.calls).toEqual([]);
  });

  it('and answers with what they returned', async () => {
    const question = user('What time is it and what is 6*7?');
    const { content } = await ask([question], { tools });
    const results = content.flatMap((block): ContentBlockParam[] =>
      block.type === 'tool_use'
        ? [
            {
              type: 'tool_result',
              tool_use_id: block.id,
              content: block.name === 'calculator' ? '42' : 'no clock',
              is_error: block.name !== 'calculator',
            },
          ]
        : [],
    );

    const answer = await ask([question, { role: 'assistant', content }, user(results)], { tools });

    expect(textOf(answer)).toContain('The tool calculator says: 42');
    expect(textOf(answer)).toContain('The tool current_time failed: no clock');
    expect(answer.stop_reason).toBe('end_turn');
  });

  it('and hears what was typed meanwhile', async () => {
    const call: MessageParam = {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'current_time', input: {} }],
    };
    const result: ContentBlockParam = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'noon' };

    const answer = await ask([user('What time is it?'), call, user([result, { type: 'text', text: 'Quick!' }])], {
      tools,
    });

    expect(textOf(answer)).toMatch(/current_time says: noon\n\nMeanwhile you said: “Quick!”/);
  });
});
