/** The embedded stack: its block of ports, which PORT moves as a whole. */
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';

export interface Ports {
  /** API Gateway's HTTP routes. */
  http: number;
  /** The streaming functions. */
  streams: number;
  /** serverless-offline's Lambda invoke endpoint. */
  invoke: number;
  standIns: number;
  playground: number;
}

const DEFAULT_PORT = 3000;
/** The block is five ports long, and the last one must still be a port. */
const MAX_FIRST_PORT = 65_531;

/** The block that starts at `port` (the text of PORT); throws `CannotStart` where that is no port. */
export function portBlock(port: string | undefined): Ports {
  const first = Number(port?.trim() || DEFAULT_PORT);
  if (!Number.isInteger(first) || first < 1 || first > MAX_FIRST_PORT)
    throw new CannotStart(`PORT must be a whole number from 1 to ${MAX_FIRST_PORT}, not "${port}".`);
  return { http: first, streams: first + 1, invoke: first + 2, standIns: first + 3, playground: first + 4 };
}

/** Throws `CannotStart` with the first port of the block that something else listens on. */
export async function claimPorts(ports: Ports): Promise<void> {
  for (const port of Object.values(ports)) {
    if (await isFree(port)) continue;
    throw new CannotStart(
      `Port ${port} is in use: end what listens there, or set PORT to move all five ports (PORT=${ports.http + 1000} npm start).`,
    );
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Pause (ms) between two looks at a port. */
const LOOK_MS = 20;

/** Resolves when something listens on `port`. */
export async function untilListening(port: number): Promise<void> {
  while (!(await accepts(port))) await sleep(LOOK_MS);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ port, host: 'localhost' });
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}
