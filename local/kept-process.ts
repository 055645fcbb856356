/** The embedded stack: one process that is restarted whenever it ends, and that ends with the stack. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type Print = (line: string) => void;

export interface KeptProcess {
  pid(): number | undefined;
  /** The process came up: when it ends now it is restarted at once, not after a pause. */
  isUp(): void;
  kill(): void;
  /** Ends it for good; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface KeptProcessOptions {
  name: string;
  /** A module; it should call `endWithParent`. The name is its first argument. */
  file: URL;
  env: Readonly<Record<string, string>>;
  /** The working directory. */
  dir: string;
  print: Print;
  onExit?(): void;
  onMessage?(message: unknown): void;
}

/** A process that does not even come up is tried again after this pause (ms), not in a busy loop. */
const PAUSE_MS = 1000;

export function keepProcess(options: KeptProcessOptions): KeptProcess {
  const { name, print } = options;
  let child: ChildProcess | undefined;
  let hasComeUp = false;
  let isStopped = false;
  let pause: NodeJS.Timeout | undefined;

  function start() {
    hasComeUp = false;
    const started = fork(options.file, [name], {
      env: { ...inherited(), ...options.env },
      cwd: options.dir,
      execArgv: [],
      silent: true,
    });
    child = started;
    for (const output of [started.stdout, started.stderr])
      if (output) createInterface({ input: output }).on('line', (line) => print(`${name} │ ${line}`));
    if (options.onMessage) started.on('message', options.onMessage);
    started.once('exit', (code, signal) => {
      child = undefined;
      options.onExit?.();
      if (isStopped) return;
      print(`${name} │ process ${started.pid} ended (${signal ?? `exit code ${code}`}); starting it again`);
      if (hasComeUp) start();
      else pause = setTimeout(start, PAUSE_MS);
    });
  }

  start();
  return {
    pid: () => child?.pid,
    isUp: () => {
      hasComeUp = true;
    },
    kill: () => child?.kill('SIGKILL'),
    stop: async () => {
      isStopped = true;
      clearTimeout(pause);
      if (!child) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** What a process needs of its surroundings; settings reach a function by its own environment only, as on Lambda. */
const INHERITED = [
  ...['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_EXTRA_CA_CERTS'],
  // The way to the real services.
  ...['NODE_USE_ENV_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
];

function inherited(): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
