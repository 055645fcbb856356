/** Offline Claude at Bedrock: frames of AWS' event stream (https://smithy.io/2.0/aws/amazon-eventstream.html). Pure. */
import { crc32 } from 'node:zlib';

const TEXT = 7;

/** An event of an answer, as Bedrock hands a model's bytes on. */
export function chunkOf(event: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
  return frameOf(
    { ':event-type': 'chunk', ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify({ bytes }),
  );
}

/** An error in the middle of an answer, such as `throttlingException`. */
export function exceptionOf(type: string, message: string): Buffer {
  return frameOf(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify({ message }),
  );
}

/** Lengths, their checksum, headers, payload, and the checksum of all that. */
function frameOf(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => headerOf(name, value)));
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  const frame = Buffer.concat([prelude, sumOf(prelude), head, body]);
  return Buffer.concat([frame, sumOf(frame)]);
}

function headerOf(name: string, value: string): Buffer {
  const [key, text] = [Buffer.from(name), Buffer.from(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([Buffer.from([key.length]), key, Buffer.from([TEXT]), length, text]);
}

function sumOf(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
