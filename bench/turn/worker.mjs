/** A worker's process: its first argument is the bundle. Answers one turn after the other. */
import { answerParent, cpuUs } from '../measure/children.mjs';
import { turnRecord } from '../start/events.mjs';

const { handler } = await import(process.argv[2]);
const context = { getRemainingTimeInMillis: () => 60_000 };

answerParent({
  /** Answers `count` turns, one conversation each: ms of each, and CPU µs per turn. */
  async turns(count) {
    const times = [];
    const before = cpuUs();
    for (let i = 0; i < count; i++) {
      const event = { Records: [turnRecord()] };
      const began = performance.now();
      const { batchItemFailures } = await handler(event, context);
      times.push(performance.now() - began);
      if (batchItemFailures.length > 0) throw new Error('a turn was given back');
    }
    return { times, cpuUs: (cpuUs() - before) / count };
  },

  /** Answers `count` turns, ten at a time; bytes that are in use then, after a collection. */
  async memoryAfter(count) {
    for (let done = 0; done < count; done += 10) {
      const { batchItemFailures } = await handler({ Records: Array.from({ length: 10 }, () => turnRecord()) }, context);
      if (batchItemFailures.length > 0) throw new Error('a turn was given back');
    }
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heapUsed, external };
  },
});
