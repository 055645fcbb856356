/** The Botpress stand-in: what the Chat API takes, by its contract. Unknown properties are kept. */
import * as z from 'zod/mini';
import { BareError } from './api-error.ts';

const some = z.string().check(z.minLength(1));
const optional = z.optional(z.string());
const option = z.object({ label: some, value: some });
const action = z.object({ action: z.enum(['postback', 'url', 'say']), label: some, value: some });

const plain = [
  z.looseObject({ type: z.literal('text'), text: some }),
  z.looseObject({ type: z.literal('markdown'), markdown: some }),
  z.looseObject({ type: z.literal('image'), imageUrl: some }),
  z.looseObject({ type: z.literal('audio'), audioUrl: some }),
  z.looseObject({ type: z.literal('video'), videoUrl: some }),
  z.looseObject({ type: z.literal('file'), fileUrl: some, title: z.optional(some) }),
  z.looseObject({
    type: z.literal('location'),
    latitude: z.number(),
    longitude: z.number(),
    address: optional,
    title: optional,
  }),
] as const;
const card = z.looseObject({
  type: z.literal('card'),
  title: some,
  subtitle: z.optional(some),
  imageUrl: z.optional(some),
  actions: z.array(action),
});

export const payloadShape = z.discriminatedUnion('type', [
  ...plain,
  card,
  z.looseObject({ type: z.literal('carousel'), items: z.array(card) }),
  z.looseObject({ type: z.literal('choice'), text: some, options: z.array(option) }),
  z.looseObject({ type: z.literal('dropdown'), text: some, options: z.array(option) }),
  z.looseObject({ type: z.literal('bloc'), items: z.array(z.discriminatedUnion('type', plain)) }),
]);
export type Payload = z.infer<typeof payloadShape>;

const profile = { name: optional, pictureUrl: optional, profile: z.optional(z.string().check(z.maxLength(1000))) };
export const profileShape = z.object(profile);
export const newUserShape = z.object({ id: optional, ...profile });
export const newConversationShape = z.object({ id: optional });
export const namedConversationShape = z.object({ id: z.string() });
export const participantShape = z.object({ userId: z.string() });
export const messageShape = z.object({
  conversationId: z.string(),
  payload: payloadShape,
  metadata: z.optional(z.record(z.string(), z.unknown())),
});

/** Throws the bare 400 that a schema violation gets. */
export function read<T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> {
  if (value === undefined) throw new BareError(400, "must have required property 'body'");
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw new BareError(400, z.prettifyError(parsed.error));
}
