/** The embedded stack: its block of ports, which PORT moves as a whole. */
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';
import { openIpv6 } from './ipv6.ts';

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
/** How far away another block is looked for. */
const STEP = 1000;

/** The block that starts at `port` (the text of PORT); throws `CannotStart` where that is no port. */
export function portBlock(port: string | undefined): Ports {
  const first = Number(port?.trim() || DEFAULT_PORT);
  if (!Number.isInteger(first) || first < 1 || first > MAX_FIRST_PORT)
    throw new CannotStart(`PORT must be a whole number from 1 to ${MAX_FIRST_PORT}, not "${port}".`);
  return { http: first, streams: first + 1, invoke: first + 2, standIns: first + 3, playground: first + 4 };
}

export interface ClaimedPorts {
  /** Lets a port go, to be listened on at once. */
  release(port: number): Promise<void>;
  /** Lets go what is still held, and ends what passes on from IPv6. */
  releaseAll(): Promise<void>;
}

/**
 * Takes every port of the block, on both loopback addresses, and holds it: what starts in between may ask the system for any free port, and would be given
 * one of these. Throws `CannotStart` with the first one that something else listens on.
 */
export async function claimPorts(ports: Ports): Promise<ClaimedPorts> {
  const closeIpv6 = await openIpv6(Object.values(ports)).catch((error: unknown) => {
    if (isPortInUse(error)) throw portInUse(error.port, ports.http);
    throw error;
  });
  const held = new Map<number, Server>();
  const release = async (port: number) => {
    const holder = held.get(port);
    held.delete(port);
    if (holder) await new Promise((closed) => holder.close(closed));
  };
  const releaseAll = async () => {
    await Promise.all([closeIpv6(), ...[...held.keys()].map(release)]);
  };
  for (const port of Object.values(ports)) {
    const holder = await hold(port);
    if (holder) held.set(port, holder);
    else {
      await releaseAll();
      throw portInUse(port, ports.http);
    }
  }
  return { release, releaseAll };
}

/** Takes the block and lets it go; throws as `claimPorts` does. */
export async function checkPorts(ports: Ports): Promise<void> {
  const claimed = await claimPorts(ports);
  await claimed.releaseAll();
}

/** `first` is the first port of the block. */
export function portInUse(port: number, first: number): CannotStart {
  const other = first + (first + STEP > MAX_FIRST_PORT ? -STEP : STEP);
  return new CannotStart(
    `Port ${port} is in use: end what listens there, or set PORT to move all five ports (PORT=${other} npm start).`,
  );
}

/** What `listen` fails with when somebody else was quicker. */
export function isPortInUse(error: unknown): error is Error & { port: number } {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error;
}

function hold(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const holder = createServer((socket) => socket.destroy());
    holder.once('error', () => resolve(undefined));
    holder.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(holder));
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
    const probe = connect({ port, host: '127.0.0.1' });
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}
