/** The Chat API server: what travels over it. One schema per model; requests are read, and the OpenAPI document is written, by them. */
import * as z from 'zod/mini';
import { sizes } from '../bounds.ts';

const some = z.string().check(z.minLength(1));
/** Longer ones are no links: a turn keeps it whole or not at all. */
const link = some.check(
  z.maxLength(sizes.linkBytes),
  z.refine((text) => Buffer.byteLength(text) <= sizes.linkBytes),
);
const withType = <T extends string>(type: T) => z.literal(type);

const text = z.looseObject({ type: withType('text'), text: some });
const markdown = z.looseObject({ type: withType('markdown'), markdown: some });
const image = z.looseObject({ type: withType('image'), imageUrl: link });
const audio = z.looseObject({ type: withType('audio'), audioUrl: link });
const video = z.looseObject({ type: withType('video'), videoUrl: link });
const file = z.looseObject({ type: withType('file'), fileUrl: link, title: z.optional(some) });
const location = z.looseObject({
  type: withType('location'),
  latitude: z.number(),
  longitude: z.number(),
  address: z.optional(z.string()),
  title: z.optional(z.string()),
});
const action = z.looseObject({ action: z.enum(['postback', 'url', 'say']), label: some, value: some });
const card = z.looseObject({
  type: withType('card'),
  title: some,
  subtitle: z.optional(some),
  imageUrl: z.optional(link),
  actions: z.array(action),
});
const options = z.array(z.looseObject({ label: some, value: some }));

const flat = [text, markdown, image, audio, video, file, location] as const;
const flatTypes = ['text', 'markdown', 'image', 'audio', 'video', 'file', 'location'] as const;

/** What a `bloc` is made of, as the contract has it. */
export const blocItem = z.discriminatedUnion('type', flat);

/** Any JSON object; `null` is refused, since the client would not understand the signal. */
export const json = z.record(z.string(), z.unknown());

/** The 12 kinds of message. Further properties are kept, as the Botpress cloud keeps them. */
export const payload = z.discriminatedUnion('type', [
  ...flat,
  card,
  z.looseObject({ type: withType('carousel'), items: z.array(card) }),
  z.looseObject({ type: withType('choice'), text: some, options }),
  z.looseObject({ type: withType('dropdown'), text: some, options }),
  // The webchat widget puts an item's fields one level deeper: lib/chat-api/bloc.ts
  z.looseObject({
    type: withType('bloc'),
    items: z.array(z.union([blocItem, z.object({ type: z.enum(flatTypes), payload: json })])),
  }),
]);

/** The contract's limit for `profile`, the runtime's behind the cloud for `name`. */
export const userFields = {
  name: z.optional(z.string().check(z.maxLength(200))),
  pictureUrl: z.optional(link),
  profile: z.optional(z.string().check(z.maxLength(1000))),
};

/** Ends in `Z`: the client's schema takes no offset. */
const time = z.iso.datetime();

export const user = z.object({ id: z.string(), ...userFields, createdAt: time, updatedAt: time });

export const conversation = z.object({ id: z.string(), createdAt: time, updatedAt: time });

export const message = z.object({
  id: z.string(),
  createdAt: time,
  conversationId: z.string(),
  userId: z.string(),
  payload,
  metadata: z.optional(json),
});

export const event = z.object({
  id: z.string(),
  createdAt: time,
  conversationId: z.string(),
  userId: z.string(),
  payload: json,
});

export type User = z.output<typeof user>;
export type WireConversation = z.output<typeof conversation>;
export type Payload = z.output<typeof payload>;
export type WireMessage = z.output<typeof message>;
export type Event = z.output<typeof event>;

/** What a stream and the outgoing webhook carry; `message_updated` and the three `message_stream_*` are unknown to client 0.5.5, which skips them. */
export type Signal =
  | { type: 'message_created'; data: WireMessage & { isBot: boolean } }
  | { type: 'message_updated'; data: WireMessage & { isBot: boolean } }
  | { type: 'message_deleted'; data: { id: string; conversationId: string; userId: string } }
  | { type: 'event_created'; data: Omit<Event, 'id'> & { id: string | null; isBot: boolean } }
  | { type: 'participant_added' | 'participant_removed'; data: { conversationId: string; participantId: string } }
  | {
      type: 'message_stream_delta';
      data: {
        streamId: string;
        conversationId: string;
        userId: string;
        createdAt: string;
        sequence: number;
        delta: string;
      };
    }
  | { type: 'message_stream_complete'; data: { streamId: string; message: WireMessage } }
  | { type: 'message_stream_abort'; data: { streamId: string; conversationId: string } };

/** A time (ms) as the contract writes it: ISO 8601 in UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
