/** 3. History: capacity units, bytes and ms of one turn, when the conversation is so many turns long. */
import { start } from '../measure/children.mjs';
import { shuffled, spread, table } from '../measure/figures.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const AT = [1, 10, 100, 350, 1000];
const TARGET_TURN = 100;

export async function benchHistory({ env }) {
  const database = await start(new URL('database.mjs', import.meta.url));
  const worker = await start(new URL('worker.mjs', import.meta.url), {
    env: { ...env, AWS_ENDPOINT_URL_DYNAMODB: database.ready.url },
  });
  const { names } = worker.ready;
  const rows = [];
  for (const at of AT) {
    const taken = names.map((name) => ({ name, at, rounds: [] }));
    // A first turn is had once per conversation, a later one many times over: the next ones are hardly any longer.
    const conversationOf = (round) => (at === 1 ? `${at}-${round}` : `${at}`);
    for (const row of taken) {
      if (at === 1) continue;
      await worker.ask('fill', row.name, `${at}`, at - 1).catch((error) => {
        row.error = error.message;
      });
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const row of shuffled(taken)) {
        if (row.error) continue;
        await database.ask('take');
        const { error, ...times } = await worker.ask(
          'turn',
          row.name,
          conversationOf(round),
          at + (at === 1 ? 0 : round),
        );
        if (error) row.error = error;
        else row.rounds.push({ ...times, ...(await database.ask('take')) });
      }
    }
    rows.push(...taken);
  }
  const lastTurn = await findEnd(worker, names[1]);
  await Promise.all([database.kill(), worker.kill()]);
  return report(rows, names, lastTurn);
}

/** The longest conversation that the way can still take a turn of. */
async function findEnd(worker, name) {
  await worker.ask('fill', name, 'end', 360);
  for (let turn = 361; turn < 500; turn++) if ((await worker.ask('turn', name, 'end', turn)).error) return turn - 1;
  throw new Error('the list never became too long');
}

function report(rows, [ours, twice, once], lastTurn) {
  const rowOf = (name, at) => rows.find((row) => row.name === name && row.at === at);
  const first = (name, at, figure) => rowOf(name, at).rounds[0]?.[figure];
  const over = (name, at) => {
    const theirs = first(name, at, 'wcu');
    return theirs === undefined ? 'dead' : (theirs / first(ours, at, 'wcu')).toFixed(1);
  };
  const ratio = first(twice, TARGET_TURN, 'wcu') / first(ours, TARGET_TURN, 'wcu');
  return {
    title: '3. History',
    text: [
      table(
        ['write units, theirs / ours', ...AT.map((at) => `turn ${at}`)],
        [twice, once].map((name) => [name, ...AT.map((at) => over(name, at))]),
      ),
      table(
        ['history', 'turn', 'WCU', 'RCU', 'KB in', 'KB out', 'calls', 'ms', 'CPU ms'],
        [ours, twice, once].flatMap((name) => AT.map((at) => detail(rowOf(name, at)))),
      ),
      `Ours without limits, as theirs has none: with the default ones a turn costs 9 write units in all, whichever turn it is (docs/scale.md). LangChain's list is one item: the turn after the ${lastTurn}th is refused, and so is every later one of that conversation. Written in one go, both messages are lost when the answer fails; ours keeps the user's before Claude is asked, as the two writes do, and its writes are also claim, idempotency record and outbox.`,
    ],
    targets: [
      {
        name: `write units at turn ${TARGET_TURN}: LangChain (${twice.split(', ')[1]}) / ours`,
        target: '≥ 40',
        value: ratio.toFixed(1),
        met: ratio >= 40,
      },
    ],
  };
}

function detail({ name, at, rounds }) {
  const [first] = rounds;
  if (!first) return [name, at, 'refused'];
  const kb = (bytes) => (bytes / 1024).toFixed(1);
  const counts = [first.wcu, first.rcu, kb(first.bytesIn), kb(first.bytesOut), first.calls];
  return [name, at, ...counts, spread(rounds.map(({ ms }) => ms)), spread(rounds.map(({ cpuMs }) => cpuMs))];
}
