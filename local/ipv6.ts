/** The embedded stack: every port on [::1], too. Some machines find it first under `localhost`, and all our servers are on 127.0.0.1. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A machine without IPv6 has no such address. */
const NO_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** Passes on what comes to [::1] at these ports; rejects with Node's own error where something else listens there. */
export async function openIpv6(ports: readonly number[]): Promise<() => Promise<void>> {
  const open: (() => Promise<void>)[] = [];
  const close = async () => {
    await Promise.all(open.map((stop) => stop()));
  };
  try {
    for (const port of ports) open.push(await passOn(port));
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}

async function passOn(port: number): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          target.destroy();
        });
    }
    client.pipe(target).pipe(client);
  });
  if (!(await listens(server, port))) return async () => {};
  return async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  };
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      'code' in error && NO_IPV6.has(String(error.code)) ? resolve(false) : reject(error),
    );
    server.listen({ port, host: '::1', ipv6Only: true, exclusive: true }, () => resolve(true));
  });
}
