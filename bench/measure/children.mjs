/** Processes of the bench: each is asked by message and answers by message, and all of them end with the bench. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

const children = new Set();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Forks a file that calls `answerParent`; resolves when that has happened. */
export async function start(file, { env = {}, args = [], execArgv = [] } = {}) {
  const child = fork(file, args, {
    env: { ...process.env, ...env },
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const waiting = new Map();
  let asked = 0;
  child.on('message', ({ id, result, error }) => {
    if (id === undefined) return;
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`)));
  ended.catch(() => {});
  const [{ ready }] = await Promise.race([once(child, 'message'), ended]);
  return {
    /** What the child told when it was ready. */
    ready,
    pid: child.pid,
    /** Calls one of the child's verbs. */
    ask(verb, ...args) {
      const id = ++asked;
      const answered = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
      child.send({ id, verb, args });
      return Promise.race([answered, ended]);
    },
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

/** In the child: offers verbs to the parent, and says that it is ready. */
export function answerParent(verbs, ready = {}) {
  process.on('message', async ({ id, verb, args }) => {
    try {
      process.send({ id, result: await verbs[verb](...args) });
    } catch (error) {
      process.send({ id, error: error?.stack ?? String(error) });
    }
  });
  process.once('disconnect', () => process.exit());
  process.send({ ready });
}

/** CPU time (µs) that this process has used. */
export function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
