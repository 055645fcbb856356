/** The end of `.ci/run`: what failed and why, then how many tests passed and failed. Arguments: the folder of results, the steps that failed. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder = '', ...failedSteps] = process.argv.slice(2);
const runs = readdirSync(folder).map((file) => ({
  step: `npm run ${path.parse(file).name.replace('-', ':')}`,
  ...JSON.parse(readFileSync(path.join(folder, file), 'utf8')),
}));

const failures = runs.flatMap(({ step, testResults }) =>
  testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative('.', name);
    const failed = assertionResults.filter((result) => result.status === 'failed');
    // A file that could not be loaded or prepared has no test that failed.
    if (failed.length === 0 && status === 'failed') return [{ step, what: file, why: firstLine(message) }];
    return failed.map(({ fullName, failureMessages }) => ({
      step,
      what: `${file}: ${fullName}`,
      why: firstLine(failureMessages[0]),
    }));
  }),
);
/** Steps that are no tests, or whose tests never began. */
const others = failedSteps.filter((failed) => !failures.some(({ step }) => step === failed));

for (const { step, what, why } of failures) console.log(`\nFAILED: ${step}: ${what}\n        ${why}`);
for (const step of others) console.log(`\nFAILED: ${step}: see what it printed`);
const passed = runs.reduce((total, { numPassedTests }) => total + numPassedTests, 0);
console.log(`${passed} passed, ${failures.length + others.length} failed`);

function firstLine(text = '') {
  return text.trim().split('\n')[0];
}
