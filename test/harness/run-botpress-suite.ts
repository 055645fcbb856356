/** `node test/harness/run-botpress-suite.ts <apiUrl> <secret> [runs]`: the official client's own suite, several times in a row. */
import { runBotpressSuite } from './botpress-suite.ts';

const [apiUrl, secret, runs = '1'] = process.argv.slice(2);
if (!apiUrl || !secret) throw new Error('Which apiUrl and secret? The server needs CHAT_API_BOT=echo.');
for (let run = 1; run <= Number(runs); run++) {
  const startedAt = performance.now();
  const { passed, total, failures } = await runBotpressSuite(apiUrl, secret);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`run ${run}: ${passed} of ${total} in ${seconds} s`);
  for (const failure of failures) console.log(`  ${failure}`);
  if (passed !== total) process.exitCode = 1;
}
