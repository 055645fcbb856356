/** Room of AWS: a signed call of SQS or SSM for what has to start quickly. With the SDK's clients a door takes half as long again. */
import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { signed } from './aws/sign.ts';
import type { Env } from './config.ts';

/** What speaks AWS' JSON protocol: a POST that names the operation in a header. */
export interface Service {
  name: 'sqs' | 'ssm';
  /** Stands in front of an operation's name. */
  target: string;
  version: '1.0' | '1.1';
  /** How long (ms) one try may take. */
  tryMs: number;
}

/**
 * Gives what the service answers. Tries three times where that may help, as the SDK does, and then throws an error under the name that the
 * service or the system gives it; at once when `signal` says so.
 */
export type Call = (operation: string, input: object, signal?: AbortSignal) => Promise<unknown>;

const TRIES = 3;
/** The wait before the second try is at most this (ms), before the third twice as long. */
const PAUSE_MS = 100;

/** Region, keys and, for an emulator, the endpoint are those of `env`, as the SDK reads them. */
export function openAws({ name, target, version, tryMs }: Service, env: Env): Call {
  const url = new URL(endpointOf(name, env));
  const { Agent, request } = url.protocol === 'http:' ? http : https;
  const agent = new Agent({ keepAlive: true });

  async function callOnce(operation: string, body: string, signal: AbortSignal): Promise<unknown> {
    const own = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${operation}` };
    const headers = signed({ service: name, url, headers: own, body, at: new Date() }, env);
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request(url, { method: 'POST', headers, agent, signal }, resolve).on('error', reject).end(body);
    });
    let text = '';
    for await (const piece of response.setEncoding('utf8')) text += piece;
    if (response.statusCode === 200) return JSON.parse(text);
    throw new Refusal(response.statusCode ?? 0, text);
  }

  return async (operation, input, signal = new AbortController().signal) => {
    const body = JSON.stringify(input);
    for (let tried = 1; ; tried++) {
      try {
        return await callOnce(operation, body, AbortSignal.any([signal, AbortSignal.timeout(tryMs)]));
      } catch (error) {
        if (tried === TRIES || signal.aborted || (error instanceof Refusal && !error.mayPass)) throw error;
        await sleep(Math.random() * PAUSE_MS * tried, undefined, { signal });
      }
    }
  };
}

/** What the service says no to, under its own name for it and without its words, which may quote anything. */
class Refusal extends Error {
  readonly mayPass: boolean;
  constructor(status: number, body: string) {
    super(`AWS answered ${status}`);
    // Behind a namespace: `com.amazonaws.sqs#QueueDoesNotExist`.
    this.name = /"__type"\s*:\s*"(?:[\w.]*#)?(\w{1,60})"/.exec(body)?.[1] ?? 'UnknownError';
    this.mayPass = status >= 500 || status === 429 || /Throttl|TooMany|LimitExceeded/.test(this.name);
  }
}

function endpointOf(service: string, env: Env): string {
  const domain = env.AWS_REGION?.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const given = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env.AWS_ENDPOINT_URL;
  return given || `https://${service}.${env.AWS_REGION}.${domain}`;
}
