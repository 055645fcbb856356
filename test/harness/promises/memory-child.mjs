/** A packaged function in a process of its own: carries out all the invocations it is sent at once, and tells its peak (KB). */
import { Writable } from 'node:stream';

process.once('message', async ({ bundle, events, windowMs }) => {
  const statuses = [];
  const from = (stream, { statusCode }) => {
    statuses.push(statusCode);
    return stream;
  };
  globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: { from } };
  const { handler } = await import(bundle);
  const deadline = Date.now() + windowMs;
  const context = { getRemainingTimeInMillis: () => deadline - Date.now() };
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  const invoke = (event) => ('Records' in event ? handler(event, context) : handler(event, nowhere(), context));
  const results = await Promise.all(events.map(invoke));
  const givenBack = results.flatMap((result) => result?.batchItemFailures ?? []).length;
  process.send({ peakKb: process.resourceUsage().maxRSS, givenBack, statuses }, () => process.exit());
});
