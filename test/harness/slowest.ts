/** A reporter: the files that took longest, at the end of every run. */
import type { Reporter, TestModule } from 'vitest/node';

const SHOWN = 10;

export default class Slowest implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const timed = modules.map((module) => ({ module, seconds: secondsOf(module) }));
    const slowest = timed.sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN);
    if (modules.length <= SHOWN) return;
    console.log(`\n The ${SHOWN} slowest of ${modules.length} files:`);
    for (const { module, seconds } of slowest)
      console.log(`${seconds.toFixed(1).padStart(8)} s  ${module.relativeModuleId} (${module.project.name})`);
  }
}

/** With what it loads and prepares. */
function secondsOf(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return (collectDuration + setupDuration + duration) / 1000;
}
