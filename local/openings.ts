/** The embedded stack, and every check: what each function of ours needs to start, found by building it with the settings at hand. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { roots } from '../lib/app/open.ts';
import type { Env } from '../lib/config.ts';
import { BadSettings } from '../lib/errors.ts';

const functions = path.resolve(import.meta.dirname, '../functions');

/** Passes for a key and a URL, so that what is missing does not hide what else is wrong. */
const PLACEHOLDER = 'https://missing.invalid/0123456789abcdef0123456789abcdef';
/** A setting that is there may ask for another one. */
const ROUNDS = 4;
const IS_MISSING = / is missing\b/;

/**
 * Everything that would keep a function from starting with these settings, as half sentences; nothing is asked over the network.
 * `env` holds what serverless.yml gives to the functions, too.
 */
export async function findProblems(env: Env): Promise<string[]> {
  const found = new Set<string>();
  try {
    await loadFunctions();
  } catch (error) {
    // A wrong bot: none of the functions that answer as it can be loaded.
    if (error instanceof BadSettings) return [...error.problems];
    throw error;
  }
  let complete = env;
  for (let round = 0; round < ROUNDS; round++) {
    const problems = roots.flatMap((build) => problemsOf(() => build(complete)));
    for (const problem of problems) if (!isOfOurMaking(problem, complete)) found.add(problem);
    if (problems.length === 0) break;
    complete = { ...complete, ...Object.fromEntries(problems.flatMap(amend)) };
  }
  return [...found];
}

/** It is missing only because `amend` left out what was wrong. */
function isOfOurMaking(problem: string, env: Env): boolean {
  const name = nameIn(problem);
  return name !== undefined && IS_MISSING.test(problem) && name in env && env[name] === undefined;
}

/** What is missing is there from now on, and what is wrong is not. */
function amend(problem: string): [name: string, value: string | undefined][] {
  const name = nameIn(problem);
  if (name === undefined) return [];
  return [[name, IS_MISSING.test(problem) ? PLACEHOLDER : undefined]];
}

function nameIn(problem: string): string | undefined {
  return /^[A-Z][A-Z0-9]*_[A-Z0-9_]+/.exec(problem)?.[0];
}

async function loadFunctions(): Promise<void> {
  // Lambda's runtime has it; a handler is wrapped in it when its module is loaded.
  const own = 'awslambda' in globalThis ? globalThis.awslambda : {}; // the AWS SDK keeps something there, too
  Object.assign(globalThis, { awslambda: { streamifyResponse: (handler: unknown) => handler, ...own } });
  const files = readdirSync(functions).filter((file) => file.endsWith('.ts'));
  for (const file of files) await import(path.join(functions, file));
}

function problemsOf(build: () => unknown): readonly string[] {
  try {
    build();
    return [];
  } catch (error) {
    if (error instanceof BadSettings) return error.problems;
    return [error instanceof Error ? `a function does not start: ${error.message}` : 'a function does not start'];
  }
}
