/** The doctor: this machine, and the stack that may be running on it. */
import { z } from 'zod';
import { type Finding, off, ok, wrong } from '../../lib/platforms/kit/finding.ts';
import { checkPorts, portBlock } from '../../local/ports.ts';

/** The Lambda's own version; the sources are TypeScript that an older one cannot load. */
const MIN_NODE = 24;

export function checkNode(version: string): Finding {
  const major = Number(version.split('.')[0]);
  if (major >= MIN_NODE) return ok(`Node ${version}`);
  return wrong(`Node ${version} is too old`, `use npm's scripts, which bring Node ${MIN_NODE} along after \`npm ci\``);
}

export interface RunningStack {
  urls: Readonly<Record<string, string>>;
  standIns: Readonly<Record<string, string>>;
}

const stackShape = z.looseObject({
  processes: z.array(z.looseObject({ name: z.string() })),
  urls: z.record(z.string(), z.string()),
  standIns: z.record(z.string(), z.string()),
});

/** Without a running stack its ports have to be free. */
export async function checkStack(port: string | undefined): Promise<{ findings: Finding[]; stack?: RunningStack }> {
  const block = readBlock(port);
  if ('what' in block) return { findings: [block] };
  const url = `http://localhost:${block.standIns}/stack`;
  const answer = await fetch(url).catch(() => undefined);
  const stack = answer?.ok ? stackShape.safeParse(await answer.json().catch(() => undefined)).data : undefined;
  if (stack) {
    const names = [...new Set(stack.processes.map(({ name }) => name))].sort();
    const isComplete = names.includes('reply');
    const processes = isComplete
      ? ok(`the stack is running: ${names.join(', ')}`)
      : wrong(
          'the stack is running, but nobody answers messages',
          'look at what `npm start` printed, and start it again',
        );
    return { findings: [processes], stack };
  }
  try {
    await checkPorts(block);
    return {
      findings: [
        ok(`ports ${block.http} to ${block.playground} are free`),
        off(
          'the stack is not running, so its doors were not tried',
          'start it with `npm start` and call the doctor again',
        ),
      ],
    };
  } catch (error) {
    return { findings: [wrong(messageOf(error), 'then start the stack with `npm start`')] };
  }
}

function readBlock(port: string | undefined) {
  try {
    return portBlock(port);
  } catch (error) {
    return wrong(messageOf(error), 'put PORT right in .env or the shell');
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
