/** The operator's door, POST /operator: a key, a verb, and its answer as JSON. */
import { rates, sizes } from '../bounds.ts';
import type { NamedKey } from '../config/keys.ts';
import { causeOf, Rejected } from '../errors.ts';
import { callerOf, openKeyAccess } from '../http/access.ts';
import { errorName, type Log } from '../log.ts';
import { readJsonBody } from '../platforms/kit/json-body.ts';
import type { WebhookRequest } from '../types.ts';
import { type Asked, readRequest } from './requests.ts';
import type { OperatorDeps } from './verb.ts';

export interface DoorDeps {
  keys: readonly NamedKey[];
  /** What the verbs work on; what takes longer than until that time (ms) is broken off and gone on with in another call. */
  operator(until: number): OperatorDeps;
  /** Whether the owner of a key may call once more in this minute. */
  allows(caller: string): Promise<boolean>;
  now(): number;
  log: Log;
}

export interface DoorAnswer {
  status: number;
  /** JSON lines, where it is a text. */
  body: object | string;
}

/** API Gateway waits for 29 s; what is being done when this (ms) is over has time to end. */
const CALL_MS = 20_000;

/** Each call of somebody with a key is one line of the log, with the key's name: never what was said. */
export async function operate(deps: DoorDeps, { headers, body }: WebhookRequest): Promise<DoorAnswer> {
  const { log, now } = deps;
  const startedAt = now();
  let by: string | undefined;
  let asked: Asked | undefined;
  const tell = (status: number, more: Parameters<Log>[1] = {}) =>
    log(by === undefined ? 'operator-refused' : 'operator-called', {
      ...(by === undefined ? {} : { by }),
      ...(asked ? { do: asked.do, about: asked.about } : {}),
      status,
      ms: now() - startedAt,
      ...more,
    });
  try {
    const caller = openKeyAccess(deps.keys)(headers.authorization ?? null)?.caller;
    if (caller === undefined) throw new Rejected(401, 'no valid key in authorization: Bearer <key>');
    by = deps.keys.find(({ key }) => callerOf(key) === caller)?.name ?? caller.slice(0, 8);
    if (!(await deps.allows(caller)))
      throw new Rejected(429, `more than ${rates.operator.max} calls in this minute: try again in the next one`);
    if (body.byteLength > sizes.operatorBodyBytes) throw new Rejected(413, 'body over 32 KB');
    asked = readRequest(readJsonBody(body));
    const { json, lines } = await asked.run(deps.operator(startedAt + CALL_MS));
    const answer = lines ? `${lines.join('\n')}\n` : (json as object);
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    if (Buffer.byteLength(text) > sizes.operatorAnswerBytes)
      throw new Rejected(413, 'the answer has more than 4 MB: ask without text, or with message for one of them');
    tell(200);
    return { status: 200, body: answer };
  } catch (error) {
    if (error instanceof Rejected) {
      tell(error.status);
      return { status: error.status, body: { error: error.message } };
    }
    tell(503, { error: errorName(error), cause: causeOf(error) });
    return { status: 503, body: { error: 'not done, or not wholly: send it again' } };
  }
}
