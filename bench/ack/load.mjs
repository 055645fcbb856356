/** The senders of webhooks, in a process of their own: raw sockets, so that little of the machine is spent on sending. */
import { connect } from 'node:net';
import { answerParent } from '../measure/children.mjs';
import { TALKJS_SECRET } from '../measure/surroundings.mjs';
import { talkjsWebhook } from '../measure/webhooks.mjs';

answerParent({
  /** Each connection sends the next webhook when it has the answer to the last; ends after `ms`. Latencies in ms. */
  async burst({ port, connections, ms }) {
    const { headers, body } = talkjsWebhook(TALKJS_SECRET);
    const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': Buffer.byteLength(body) });
    const request = Buffer.from(
      `POST /talkjs HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}`).join('\r\n')}\r\n\r\n${body}`,
    );
    const latencies = [];
    const began = performance.now();
    const until = began + ms;
    await Promise.all(Array.from({ length: connections }, () => sendUntil(port, request, until, latencies)));
    return { latencies, seconds: (performance.now() - began) / 1000 };
  },
});

function sendUntil(port, request, until, latencies) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let sentAt = 0;
    let answer = '';
    const next = () => {
      sentAt = performance.now();
      answer = '';
      socket.write(request);
    };
    socket.setNoDelay(true);
    socket.on('connect', next);
    socket.on('error', reject);
    socket.setTimeout(10_000, () => reject(new Error(`no answer, only: ${answer}`)));
    socket.on('data', (chunk) => {
      answer += chunk;
      if (!isWhole(answer)) return;
      if (!answer.startsWith('HTTP/1.1 200')) return reject(new Error(answer));
      latencies.push(performance.now() - sentAt);
      if (performance.now() < until) return next();
      socket.destroy();
      resolve();
    });
  });
}

function isWhole(answer) {
  const head = answer.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(answer)?.[1];
  return (
    head >= 0 && (length === undefined ? answer.endsWith('\r\n0\r\n\r\n') : answer.length >= head + 4 + Number(length))
  );
}
