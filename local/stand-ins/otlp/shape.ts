/** Stand-in: what a receiver of traces takes as an export, and how it shows the spans in it. Pure. */
import { z } from 'zod';

const nanos = z.string().regex(/^\d{19}$/, 'must be nanoseconds as text');
const id = (bytes: number) =>
  z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${bytes * 2}}$`, 'i'), `${bytes} bytes as hex`);

const scalar = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ intValue: z.union([z.string().regex(/^-?\d+$/), z.int()]) }),
  z.strictObject({ doubleValue: z.number() }),
]);
const anyValue = z.union([scalar, z.strictObject({ arrayValue: z.strictObject({ values: z.array(scalar) }) })]);
const attributes = z.array(z.strictObject({ key: z.string().min(1), value: anyValue }));

const span = z
  .strictObject({
    traceId: id(16),
    spanId: id(8),
    parentSpanId: id(8).optional(),
    name: z.string().min(1),
    kind: z.int().min(1).max(5),
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
    attributes,
    events: z.array(z.strictObject({ timeUnixNano: nanos, name: z.string().min(1), attributes })).optional(),
    status: z.strictObject({ code: z.int().min(0).max(2).optional(), message: z.string().optional() }).optional(),
  })
  .refine((span) => span.endTimeUnixNano >= span.startTimeUnixNano, 'ends before it begins');

const exported = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string().optional() }),
          spans: z.array(span),
        }),
      ),
    }),
  ),
});

/** A span as it is shown: its attributes, and those of its resource, as plain objects. */
export interface ReceivedSpan extends Omit<z.infer<typeof span>, 'attributes' | 'events'> {
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
  events: { name: string; attributes: Record<string, unknown> }[];
}

/** The spans of an export, or what is wrong with it. */
export function readExport(body: unknown): { spans: ReceivedSpan[] } | { wrong: string } {
  const { data, error } = exported.safeParse(body);
  if (!data) return { wrong: z.prettifyError(error) };
  return {
    spans: data.resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map(({ attributes, events = [], ...rest }) => ({
          ...rest,
          attributes: plain(attributes),
          resource: plain(resource.attributes),
          events: events.map((event) => ({ name: event.name, attributes: plain(event.attributes) })),
        })),
      ),
    ),
  };
}

function plain(list: z.infer<typeof attributes>): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, valueIn(value)]));
}

function valueIn(value: z.infer<typeof anyValue>): unknown {
  if ('arrayValue' in value) return value.arrayValue.values.map(valueIn);
  if ('intValue' in value) return Number(value.intValue);
  return Object.values(value)[0];
}
