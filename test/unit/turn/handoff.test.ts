/** A handoff from the user's message to the bot's next answer, by each of the three ways back. */
import { expect, it } from 'vitest';
import { parseHours } from '../../../lib/config/hours.ts';
import { Later } from '../../../lib/errors.ts';
import { resume } from '../../../lib/operator/own.ts';
import type { OperatorDeps } from '../../../lib/operator/verb.ts';
import { HOUR, of, openPeople } from '../../harness/people.ts';

const typesOf = ({ told }: ReturnType<typeof openPeople>) => told().map(({ type }) => type);
const texts = ({ said }: ReturnType<typeof openPeople>) => said.map(({ text }) => text);

async function cpuMsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return process.cpuUsage(before).user / 1000;
}

async function handedOver(settings: Parameters<typeof openPeople>[0] = {}) {
  const people = openPeople(settings);
  people.user('Hello, I am ada@example.com');
  people.user('human: wants a refund');
  await people.work();
  return people;
}

it('keeps and tells who asked, why, and what was said last, without contacts', async () => {
  const people = await handedOver();

  const { owner, handoff } = await people.store.conversationOf(of);
  expect([owner, handoff]).toMatchObject(['human', { state: 'waiting', by: 'model', reason: 'wants a refund' }]);
  expect(people.told()).toMatchObject([
    {
      type: 'handoff.requested',
      text: 'Ada needs a person on talkjs in c: wants a refund',
      data: {
        reason: 'wants a refund',
        messages: [
          { by: 'user', text: 'Hello, I am [e-mail removed]' },
          { by: 'bot', text: 'You said Hello, I am [e-mail removed].' },
          { by: 'user', text: 'human: wants a refund' },
        ],
      },
    },
  ]);
  expect(texts(people).at(-1)).toBe('Somebody will take over.');
});

it('names the message that led to it in all that is told of it: so all lines of the log about it are found', async () => {
  const people = openPeople();
  const { messageId } = people.user('human: wants a refund');
  await people.work();
  people.later(16 * 60_000);
  await people.reconcile();
  people.team('/bot');
  await people.work();

  expect(people.letters.map(({ letter }) => [letter.type, letter.messageId])).toEqual([
    ['handoff.requested', messageId],
    ['handoff.unanswered', messageId],
    ['handoff.returned', messageId],
  ]);
});

it('is taken by the first word of the team, told once, and given back by /bot, which is neither answered nor history', async () => {
  const people = await handedOver();
  people.team('I am here.');
  people.user('Thank you!');
  people.team('It is on its way.');
  await people.work();
  const silent = texts(people).length;
  const back = people.team(' /Bot ');
  people.user('Are you there?');
  await people.work();

  people.queue.push(back);
  people.team('Me again.');
  people.queue.push(back);
  await people.work();

  expect(silent).toBe(2);
  expect(texts(people).at(-1)).toBe('You said Are you there?.');
  expect(typesOf(people)).toEqual(['handoff.requested', 'handoff.taken', 'handoff.returned', 'handoff.taken']);
  expect(people.letters.slice(0, 3).map(({ letter }) => letter.user)).toEqual(['ada', 'ada', 'ada']);
  expect(await people.store.ownerOf(of)).toBe('human');
  const { turns } = await people.store.recent(of);
  expect(turns.flatMap(({ said }) => said.map(({ text }) => text))).not.toContain(' /Bot ');
});

it.each(['asks', 'aside'] as const)(
  'is taken and given back by the team in a group where its words take nothing over: %s',
  async (ofTeam) => {
    const people = await handedOver();
    people.member('I am here.', ofTeam);
    people.user('Thank you!');
    await people.work();
    const silent = texts(people).length;
    const back = people.member('/bot', ofTeam);
    people.user('Are you there?');
    people.queue.push(back);
    await people.work();

    expect(silent).toBe(2);
    expect(texts(people).slice(2)).toEqual(['You said Are you there?.']);
    expect(typesOf(people)).toEqual(['handoff.requested', 'handoff.taken', 'handoff.returned']);
    const said = (await people.store.recent(of)).turns.flatMap((turn) => turn.said);
    expect(said.filter(({ byTeam }) => byTeam).map(({ text }) => text)).toEqual(['I am here.']);
  },
);

it('is taken and given back by whoever came after it, where no setting names a team', async () => {
  const people = await handedOver();
  people.among('bob', 'Bob here.', ['ada']);
  people.among('ada', 'Thank you!', ['bob']);
  await people.work();
  const silent = texts(people).length;
  people.later(16 * 60_000);
  await people.reconcile();
  const back = people.among('bob', '/bot', ['ada']);
  people.among('ada', 'Are you there?', ['bob']);
  people.queue.push(back);
  await people.work();
  const answers = texts(people).slice(2);
  people.among('bob', 'One thing more.', ['ada']);
  people.among('ada', 'Yes?', ['bob']);
  await people.work();

  expect(silent).toBe(2);
  expect(answers).toEqual(['You said Are you there?.']);
  expect(texts(people)).toHaveLength(3);
  expect(typesOf(people)).toEqual(['handoff.requested', 'handoff.taken', 'handoff.returned', 'handoff.taken']);
  const said = (await people.store.recent(of)).turns.flatMap((turn) => turn.said);
  expect(said.filter(({ byTeam }) => byTeam).map(({ text }) => text)).toEqual(['Bob here.', 'One thing more.']);
});

it('is taken and given back so by a bot that always answers, too, which then answers everybody again', async () => {
  const people = await handedOver();
  people.among('bob', 'Bob here.');
  people.among('ada', 'Thank you!');
  await people.work();
  const silent = texts(people).length;
  const back = people.among('bob', '/bot');
  people.among('bob', 'Is it open?');
  people.queue.push(back);
  people.among('ada', 'Are you there?');
  await people.work();

  expect(silent).toBe(2);
  expect(texts(people).slice(2)).toEqual(['You said Is it open?.', 'You said Are you there?.']);
  expect(typesOf(people)).toEqual(['handoff.requested', 'handoff.taken', 'handoff.returned']);
});

it('makes nobody of a group one of the team before it, and what such a group says stays unheard', async () => {
  const people = openPeople();
  people.among('carol', 'Hello all', ['ada']);
  const early = people.among('carol', 'Who is there?', ['ada']);
  people.user('human: wants a refund');
  people.queue.push(early);
  people.among('ada', 'Still waiting.', ['carol']);
  await people.work();

  expect(texts(people)).toEqual(['Somebody will take over.']);
  expect(typesOf(people)).toEqual(['handoff.requested']);
  const { team, handoff } = await people.store.conversationOf(of);
  expect([team, handoff?.state]).toEqual([[], 'waiting']);
});

it('does not begin by what the team asks or says in such a group, nor is it taken by what was said before it', async () => {
  const people = openPeople();
  people.member('Is it open?', 'asks');
  people.member('Let us see.', 'aside');
  people.member('/bot', 'asks');
  const early = people.member('I come later.', 'aside');
  people.user('human: wants a refund');
  people.queue.push(early);
  await people.work();

  expect(texts(people)).toEqual(['You said Is it open?.', 'Somebody will take over.']);
  expect(typesOf(people)).toEqual(['handoff.requested']);
  expect((await people.store.conversationOf(of)).handoff?.state).toBe('waiting');
});

it('comes back when the team has been silent for so long, counted from its last word', async () => {
  const people = await handedOver({ returnHours: 2, waitMinutes: 0 });
  people.later(HOUR);
  people.team('I am here.');
  await people.work();
  people.later(1.5 * HOUR);
  await people.reconcile();
  await people.work();
  const before = await people.store.ownerOf(of);

  people.later(HOUR);
  await people.reconcile();
  await people.work();
  people.user('And now?');
  await people.work();

  expect(before).toBe('human');
  expect(typesOf(people)).toEqual(['handoff.requested', 'handoff.taken', 'handoff.returned']);
  expect(texts(people).at(-1)).toBe('You said And now?.');
  expect(await people.due()).toEqual([]);
});

it('comes back when an operator says so, who is believed at once', async () => {
  const people = await handedOver();
  const put = async (inbound: (typeof people.queue)[number]) => void people.queue.push(inbound);
  const deps = { store: people.store, put, now: Date.now, callers: [] } as unknown as OperatorDeps;

  await resume(deps, { name: 'c', platform: 'talkjs' });
  const owner = await people.store.ownerOf(of);
  await people.work();

  expect(owner).toBe('bot');
  expect(typesOf(people)).toEqual(['handoff.requested', 'handoff.returned']);
});

it('that nobody takes is told once to the user and once to the others; what somebody took is not', async () => {
  const [alone, taken] = [await handedOver(), await handedOver()];
  taken.team('I am here.');
  await taken.work();
  for (const people of [alone, taken]) {
    people.later(16 * 60_000);
    await people.reconcile();
    const [again] = people.queue;
    await people.work();
    if (again) people.queue.push(again);
    await people.work();
  }

  expect(texts(alone).slice(2)).toEqual([expect.stringContaining('nobody of our team has come yet')]);
  expect(typesOf(alone)).toEqual(['handoff.requested', 'handoff.unanswered']);
  expect(texts(taken)).toHaveLength(2);
  expect(typesOf(taken)).toEqual(['handoff.requested', 'handoff.taken']);
  expect(await alone.store.ownerOf(of)).toBe('human');
});

it('is asked for by a word alone, without Claude, and says when somebody is there again', async () => {
  const hours = parseHours('Sa 10:00-12:00 Europe/Berlin');
  if (typeof hours === 'string') throw new Error(hours);
  const people = openPeople({ words: ['agent'], hours });
  people.user('What is an agent?');
  people.user(' "Agent"! ');
  people.user('Hello?');
  await people.work();

  expect(texts(people)).toEqual([
    'You said What is an agent?.',
    'I have asked our team to take over here. Somebody will write to you. Our team is back: Saturday, 10:00 AM GMT+1.',
  ]);
  expect(people.told()).toMatchObject([{ type: 'handoff.requested', data: { by: 'user' } }]);
});

it('looks for a word in a long run of marks without being kept busy', async () => {
  const people = openPeople({ words: ['agent'] });
  people.user(`a${'!'.repeat(50_000)}a`);

  expect(await cpuMsOf(() => people.work())).toBeLessThan(500);
  expect(texts(people)).toHaveLength(1);
});

it('follows the third apology in a row, and no earlier one', async () => {
  const people = openPeople();
  for (const text of ['fail', 'fail', 'Hello', 'fail', 'fail']) people.user(text);
  await people.work();
  const before = await people.store.ownerOf(of);
  people.user('fail');
  await people.work();

  expect(before).toBe('bot');
  expect(typesOf(people)).toEqual([...Array(4).fill('answer.failed'), 'handoff.requested', 'answer.failed']);
  expect(people.told()[4]?.data).toMatchObject({ by: 'rule', reason: 'The bot failed 3 times in a row (bad key).' });
  expect(texts(people).at(-1)).toMatch(/^Sorry.*\n\nI have asked our team/s);
});

/** What the user says, each answered, and what is then thought of the answers, in their order. */
async function rated(people: ReturnType<typeof openPeople>, ...values: ('positive' | 'negative' | undefined)[]) {
  const asked = values.map((_, i) => people.user(`question ${i}`));
  await people.work();
  for (const [i, one] of asked.entries()) if (values[i]) await people.rate(one, values[i]);
  return asked;
}

it('follows the second dislike in a row, when the user says something again, without Claude and told once', async () => {
  const people = openPeople();
  await rated(people, 'negative', 'negative');
  const before = await people.store.ownerOf(of);
  const again = people.user('That does not help.');
  people.queue.push(again);
  people.user('Hello?');
  await people.work();

  expect(before).toBe('bot');
  expect(people.told().slice(2)).toMatchObject([
    {
      type: 'handoff.requested',
      data: { by: 'rule', reason: 'The user disliked two answers in a row.' },
    },
  ]);
  expect(texts(people).slice(2)).toEqual([expect.stringMatching(/^I have asked our team/)]);
});

it.each([
  ['one', ['negative']],
  ['two with an answer between them that nobody rated', ['negative', undefined, 'negative']],
  ['two with a liked answer between them', ['negative', 'positive', 'negative']],
  ['two before an answer that was liked', ['negative', 'negative', 'positive']],
  ['two that ten others followed', ['negative', 'negative', ...Array(10).fill(undefined)]],
] as const)('does not follow %s', async (_, values) => {
  const people = openPeople();
  await rated(people, ...values);
  people.user('And now?');
  await people.work();

  expect(texts(people).at(-1)).toBe('You said And now?.');
  expect(typesOf(people)).not.toContain('handoff.requested');
});

it('follows dislikes that come late, in whatever order, and an apology between the two answers', async () => {
  const people = openPeople();
  const first = people.user('one');
  people.user('fail');
  const second = people.user('two');
  people.user('three');
  await people.work();
  await people.rate(second, 'negative');
  await people.rate(first, 'negative');
  people.user('four');
  await people.work();

  expect(await people.store.ownerOf(of)).toBe('human');
  expect(typesOf(people).filter((type) => type === 'handoff.requested')).toHaveLength(1);
});

it('does not follow a dislike that was taken back, or became a like', async () => {
  for (const value of [undefined, 'positive'] as const) {
    const people = openPeople();
    const [, second] = await rated(people, 'negative', 'negative');
    if (second) await people.rate(second, value);
    people.user('And now?');
    await people.work();

    expect(await people.store.ownerOf(of)).toBe('bot');
  }
});

it('follows two dislikes once: given back, the conversation is handed over anew only for two later answers', async () => {
  const people = openPeople();
  await rated(people, 'negative', 'negative');
  people.user('That does not help.');
  people.team('/bot');
  await rated(people, 'negative', undefined);
  const between = await people.store.ownerOf(of);
  await rated(people, 'negative', 'negative');
  people.user('Again!');
  await people.work();

  expect(between).toBe('bot');
  expect(typesOf(people).filter((type) => type.startsWith('handoff'))).toEqual([
    'handoff.requested',
    'handoff.returned',
    'handoff.requested',
  ]);
});

it.each(['refused', 'lost'] as const)('follows two dislikes once, whichever call is %s', async (how) => {
  let calls = 0;
  for (let broken = 0; calls >= broken; broken++) {
    calls = Number.NEGATIVE_INFINITY;
    const people = openPeople({}, async (_what, act) => {
      const isBroken = calls++ === broken;
      if (isBroken && how === 'refused') throw new Later('away');
      const made = await act();
      if (isBroken) throw new Later('away');
      return made;
    });
    await rated(people, 'negative', 'negative');
    calls = 0;
    people.user('That does not help.');
    await people.work();

    expect(texts(people).slice(2)).toEqual([expect.stringMatching(/^I have asked our team/)]);
    expect(typesOf(people).slice(2)).toEqual(['handoff.requested']);
  }
  expect(calls).toBeGreaterThan(8);
});

it.each(['refused', 'lost'] as const)(
  'that was told comes about, whichever call is %s, also where the user thinks better of the answer before the next attempt',
  async (how) => {
    const outcomes = new Set<string>();
    let calls = 0;
    for (let broken = 0; calls >= broken; broken++) {
      calls = Number.NEGATIVE_INFINITY;
      const people = openPeople({}, async (_what, act) => {
        if (calls++ !== broken) return act();
        if (how === 'lost') await act();
        if (second) await people.rate(second);
        throw new Later('away');
      });
      const [, second] = await rated(people, 'negative', 'negative');
      calls = 0;
      people.user('That does not help.');
      await people.work();

      const isTold = typesOf(people).includes('handoff.requested');
      expect(await people.store.ownerOf(of)).toBe(isTold ? 'human' : 'bot');
      expect(texts(people).slice(2)).toEqual([
        isTold ? expect.stringMatching(/^I have asked our team/) : 'You said That does not help..',
      ]);
      outcomes.add(isTold ? 'handed over' : 'answered');
    }
    expect(outcomes).toEqual(new Set(['handed over', 'answered']));
  },
);

it.each(['refused', 'lost'] as const)(
  'that was told for a third apology comes about, whichever call is %s, also where Claude answers the next time',
  async (how) => {
    let calls = 0;
    for (let broken = 0; calls >= broken; broken++) {
      calls = Number.NEGATIVE_INFINITY;
      const people = openPeople({}, async (_what, act) => {
        if (calls++ !== broken) return act();
        if (how === 'lost') await act();
        throw new Later('away');
      });
      for (const text of ['fail', 'fail']) people.user(text);
      await people.work();
      calls = 0;
      people.user('fail');
      await people.work();

      expect(await people.store.ownerOf(of)).toBe('human');
      expect(typesOf(people).filter((type) => type === 'handoff.requested')).toHaveLength(1);
      expect(texts(people).slice(2)).toEqual([expect.stringContaining('I have asked our team')]);
    }
    expect(calls).toBeGreaterThan(8);
  },
);

it('follows two dislikes only when what the user says yes to is done', async () => {
  const people = openPeople();
  const disliked = [people.user('Hello'), people.user('ask')];
  await people.work();
  for (const one of disliked) await people.rate(one, 'negative');
  people.user('yes');
  people.user('Hm.');
  await people.work();

  expect(texts(people).slice(2)).toEqual(['It is done.', expect.stringMatching(/^I have asked our team/)]);
});

it('is asked for by no dislikes where nobody could take over', async () => {
  const people = openPeople({ isPossible: () => false });
  await rated(people, 'negative', 'negative');
  people.user('And now?');
  await people.work();

  expect(texts(people).at(-1)).toBe('You said And now?.');
});

it('leaves nothing behind where the conversation is forgotten', async () => {
  const people = await handedOver({ returnHours: 2 });
  const before = await people.due();

  await people.forget();

  expect(before).toHaveLength(2);
  expect(await people.due()).toEqual([]);
  expect(await people.store.conversationOf(of)).toEqual({ owner: 'bot', team: [] });
});

it('is told to its user by the next attempt where the first one handed over and told nothing', async () => {
  let isLost = false;
  const people = openPeople({ words: ['agent'] }, (what, act) => {
    if (what !== 'answer' || isLost) return act();
    isLost = true;
    throw new Later('the table did not answer');
  });
  people.user('Agent');
  await people.work();

  expect(texts(people)).toEqual([expect.stringContaining('I have asked our team')]);
  expect(typesOf(people)).toEqual(['handoff.requested']);
});

it('is not called unanswered for an earlier one of the conversation, or when an operator has paused it', async () => {
  const [later, paused] = [await handedOver(), await handedOver()];
  later.team('/bot');
  await later.work();
  later.later(10 * 60_000);
  later.user('human: the same again');
  await later.work();
  await paused.store.handOver(of, 'paused');
  for (const [people, minutes] of [
    [later, 6],
    [paused, 16],
  ] as const) {
    people.later(minutes * 60_000);
    await people.reconcile();
    await people.work();
  }

  expect([later, paused].flatMap(typesOf)).not.toContain('handoff.unanswered');
});

it('is not given back for a silence that the team has broken meanwhile', async () => {
  const people = await handedOver();
  people.team('I am here.');
  await people.work();
  const { id = '', heardAt = 0 } = (await people.store.conversationOf(of)).handoff ?? {};

  const before = await people.store.giveBack(of, { id, at: people.now(), heardAt: heardAt - 1 });

  expect([before, await people.store.ownerOf(of)]).toEqual([false, 'human']);
  expect(await people.store.giveBack(of, { id, at: people.now(), heardAt })).toBe(true);
});

it('begins anew for a later message once it was given back', async () => {
  const people = await handedOver();
  people.team('/bot');
  people.user('human: the same again');
  await people.work();

  expect(typesOf(people)).toEqual(['handoff.requested', 'handoff.returned', 'handoff.requested']);
  expect(await people.store.ownerOf(of)).toBe('human');
});
