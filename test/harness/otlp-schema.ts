/** The published schema of OTLP (opentelemetry-proto, as compiled into OpenTelemetry's own JavaScript exporter), held against our JSON. */
import root from '@opentelemetry/otlp-transformer/build/src/generated/root.js';

/** As protobufjs compiles a message; its own declarations do not say which there are. */
interface Message {
  fromObject(json: object): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: { longs: typeof String }): object;
}
interface Compiled {
  opentelemetry: { proto: { collector: { trace: { v1: { ExportTraceServiceRequest: Message } } } } };
}

const { opentelemetry } = root as unknown as Compiled;
const request = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

/** The fields whose bytes are written as hex in JSON, and not as protobuf's own JSON would. */
const IDS = new Set(['traceId', 'spanId', 'parentSpanId']);

/** What is left of an export after a way through protobuf: all of it, if every field is one of the schema and has its type. */
export function throughProtobuf(exported: object): unknown {
  const message = request.fromObject(withIds(exported, (hex) => Buffer.from(String(hex), 'hex')) as object);
  const decoded = request.decode(request.encode(message).finish());
  return withIds(request.toObject(decoded, { longs: String }), (bytes) =>
    Buffer.from(bytes as Uint8Array).toString('hex'),
  );
}

function withIds(value: unknown, convert: (id: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withIds(item, convert));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, IDS.has(key) ? convert(item) : withIds(item, convert)]),
  );
}
