/** Stop 8. OTLP in JSON: how ids, times and attributes are written (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"). Pure. */
import { hash } from 'node:crypto';

export type Value = string | number | boolean | readonly string[] | undefined;

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 1: something we did ourselves. 3: a request to somebody else. */
  kind: 1 | 3;
  /** Nanoseconds since the epoch: more digits than a number has. */
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  /** 2: it failed. */
  status: { code?: 2; message?: string };
}

interface KeyValue {
  key: string;
  value: object;
}

/** The body of an export. */
export function exportOf(spans: readonly Span[], resource: Readonly<Record<string, Value>>): object {
  const scope = { name: 'claude-behind-chat' };
  return {
    resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans: [{ scope, spans }] }],
  };
}

/** 16 bytes in hex, the same for the same parts. */
export function traceIdOf(...parts: string[]): string {
  return hash('sha256', parts.join('\u0000')).slice(0, 32);
}

/** 8 bytes in hex, the same for the same parts. */
export function spanIdOf(...parts: string[]): string {
  return hash('sha256', parts.join('\u0000')).slice(0, 16);
}

/** Of a time in ms. */
export function nanosOf(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

/** Those that have a value, in the order of their writing. */
export function attributesOf(values: Readonly<Record<string, Value>>): KeyValue[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValueOf(value) }],
  );
}

function anyValueOf(value: NonNullable<Value>): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } };
}
