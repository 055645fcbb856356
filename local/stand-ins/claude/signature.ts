/** Offline Claude at Bedrock: whether a request is signed as AWS wants it (Signature Version 4, service `bedrock`). Pure. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Where it is mounted: the signature covers the whole path. */
export const MOUNT = '/claude';

interface Signed {
  method: string;
  /** As it came, still encoded. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const SHAPE =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/** Gives why it is not taken, in the words of AWS; nothing where it is. */
export function whyUnsigned({ method, path, headers, body }: Signed, keys: AwsKeys): string | undefined {
  const [, id, day = '', region = '', service = '', names = '', signature = ''] =
    SHAPE.exec(headers.authorization ?? '') ?? [];
  if (id === undefined) return 'Missing Authentication Token';
  if (id !== keys.accessKeyId) return 'The security token included in the request is invalid.';
  if (service !== 'bedrock') return "Credential should be scoped to correct service: 'bedrock'.";
  const canonical = [
    method,
    // Each segment is encoded once more than it came: only S3 is different.
    path.split('/').map(encoded).join('/'),
    '',
    ...names.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${keys.secretAccessKey}`,
  );
  const expected = hmac(key, text);
  const isGood = timingSafeEqual(expected, Buffer.from(signature, 'hex'));
  return isGood ? undefined : 'The request signature we calculated does not match the signature you provided.';
}

function encoded(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
