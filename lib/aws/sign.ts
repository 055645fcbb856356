/** Room of AWS: Signature Version 4 of a POST without a query (docs.aws.amazon.com, "Create a signed AWS API request"). Pure. */
import { createHmac, hash } from 'node:crypto';
import type { Env } from '../config.ts';

export interface Post {
  /** As it stands in the scope of a signature. */
  service: string;
  url: URL;
  /** By names in small letters; all of them are signed. */
  headers: Readonly<Record<string, string>>;
  body: string;
  at: Date;
}

/** The headers with which the request goes out: those that are given, and what says who sends them. Lambda has its role's keys in `env`. */
export function signed({ service, url, headers, body, at }: Post, env: Env): Record<string, string> {
  const time = at.toISOString().replace(/[:-]|\.\d+/g, '');
  const all: Record<string, string> = { ...headers, host: url.host, 'x-amz-date': time };
  if (env.AWS_SESSION_TOKEN) all['x-amz-security-token'] = env.AWS_SESSION_TOKEN;
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${all[name]}`);
  const request = ['POST', url.pathname, '', ...lines, '', names.join(';'), hash('sha256', body)].join('\n');
  const scope = [time.slice(0, 8), env.AWS_REGION ?? '', service, 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), hash('sha256', request)].join('\n');
  const secret: Buffer = Buffer.from(`AWS4${env.AWS_SECRET_ACCESS_KEY}`);
  const key = scope.reduce((key, part) => createHmac('sha256', key).update(part).digest(), secret);
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const credential = `${env.AWS_ACCESS_KEY_ID}/${scope.join('/')}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  // Not signed, as by the SDK; by it X-Ray finds which message is whose, and Lambda a circle.
  const trace = env._X_AMZN_TRACE_ID ? { 'x-amzn-trace-id': env._X_AMZN_TRACE_ID } : {};
  return { ...all, ...trace, authorization };
}
