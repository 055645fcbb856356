/** The doctor: sends each door a webhook as its platform would. It speaks as the bot itself, so that nothing comes of it. */
import { type Finding, off, ok, wrong } from '../../lib/platforms/kit/finding.ts';
import type { Trial } from '../../lib/platforms/kit/manifest.ts';

/** TalkJS gives up after so long (ms); Botpress lets its user wait. */
const PATIENCE_MS = 5_000;

/** What the door of `title` at `url` says to a webhook that is signed, and to a forged one. */
export async function tryDoor(title: string, url: string, { body, good, forged }: Trial): Promise<Finding[]> {
  const answers = await Promise.all(good.map((headers) => send(url, body, headers)));
  const findings = answers.map((answer, i) =>
    judge(answer, good.length > 1 ? `${title} (secret ${i + 1})` : title, url),
  );
  const lie = await send(url, body, forged);
  if (lie.status === 200)
    findings.push(
      wrong(
        `${title}: ${url} takes a forged webhook`,
        'something in front of the door answers for it: send webhooks straight to it',
      ),
    );
  else if (lie.status === 401) findings.push(ok(`${title}: a forged webhook is refused`));
  return findings;
}

interface DoorAnswer {
  status: number | undefined;
  ms: number;
}

async function send(url: string, body: string, headers: Trial['forged']): Promise<DoorAnswer> {
  const startedAt = performance.now();
  const request = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    () => undefined,
  );
  await response?.body?.cancel();
  return { status: response?.status, ms: Math.round(performance.now() - startedAt) };
}

function judge({ status, ms }: DoorAnswer, title: string, url: string): Finding {
  const door = `${title}: ${url}`;
  if (status === 200) return ok(`${door} took a signed webhook in ${ms} ms`);
  if (status === undefined)
    return wrong(
      `${door} did not answer within ${PATIENCE_MS / 1000} s`,
      'see that it runs and can be reached from here',
    );
  if (status === 401)
    return wrong(
      `${door} refuses a webhook signed with the secret set here`,
      'it runs with another secret: start or deploy it again with these settings',
    );
  if (status === 503)
    return wrong(
      `${door} says that it is not configured`,
      'it runs without these settings: start or deploy it again with them',
    );
  return wrong(`${door} answered ${status}`, 'only 200 counts: see the door’s log');
}

/** A door whose platform is not set up. */
export function untried(title: string): Finding {
  return off(`${title} is not set up: its door was not tried`);
}
