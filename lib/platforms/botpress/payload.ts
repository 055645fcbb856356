/** Stop 3. The payload of a Botpress message as a person reads it: text, files, and a note in place of what is neither. */
import * as z from 'zod/mini';
import { Rejected } from '../../errors.ts';
import type { Attachment } from '../../types.ts';

export interface BotpressContent {
  text: string;
  attachments: Attachment[];
}

const some = z.string().check(z.minLength(1));
const optionalText = z.nullish(z.string());

const textShape = z.object({ type: z.literal('text'), text: some });
const markdownShape = z.object({ type: z.literal('markdown'), markdown: some });
const imageShape = z.object({ type: z.literal('image'), imageUrl: some });
const audioShape = z.object({ type: z.literal('audio'), audioUrl: some });
const videoShape = z.object({ type: z.literal('video'), videoUrl: some });
const fileShape = z.object({ type: z.literal('file'), fileUrl: some, title: optionalText });
const locationShape = z.object({
  type: z.literal('location'),
  latitude: z.number(),
  longitude: z.number(),
  address: optionalText,
  title: optionalText,
});
const plainShapes = [textShape, markdownShape, imageShape, audioShape, videoShape, fileShape, locationShape] as const;
const plainShape = z.discriminatedUnion('type', plainShapes);

const cardFields = {
  title: some,
  subtitle: optionalText,
  imageUrl: optionalText,
  actions: z.array(z.object({ action: z.string(), label: some, value: some })),
};
const optionFields = { text: some, options: z.array(z.object({ label: some, value: some })) };

const payloadShape = z.discriminatedUnion('type', [
  ...plainShapes,
  z.object({ type: z.literal('card'), ...cardFields }),
  // Botpress leaves the cards of a bot's carousel without their type.
  z.object({ type: z.literal('carousel'), items: z.array(z.object(cardFields)) }),
  z.object({ type: z.literal('choice'), ...optionFields }),
  z.object({ type: z.literal('dropdown'), ...optionFields }),
  z.object({ type: z.literal('bloc'), items: z.array(z.looseObject({ type: z.string() })) }),
]);
const knownTypes = new Set<unknown>(payloadShape.def.options.flatMap(({ shape }) => shape.type.def.values));

type Payload = z.infer<typeof payloadShape>;
type Plain = z.infer<typeof plainShape>;
type Card = z.infer<z.ZodMiniObject<typeof cardFields>>;

/** Throws `Rejected` 400 for a known type in a wrong shape; a type that came later than this code becomes a note. */
export function readPayload(payload: { type: string }): BotpressContent {
  if (!knownTypes.has(payload.type)) return { text: unreadable(payload.type), attachments: [] };
  const parsed = payloadShape.safeParse(payload);
  if (!parsed.success) throw new Rejected(400, 'bad request');
  const { text, attachments } = read(parsed.data);
  return { text: text.toWellFormed(), attachments };
}

function read(payload: Payload): BotpressContent {
  switch (payload.type) {
    case 'card':
      return readCard(payload);
    case 'carousel':
      return join(payload.items.map(readCard), '\n\n');
    case 'choice':
    case 'dropdown':
      return { text: [payload.text, ...payload.options.map(toLine)].join('\n'), attachments: [] };
    case 'bloc':
      return join(payload.items.map(readItem), '\n');
    default:
      return readPlain(payload);
  }
}

function readPlain(payload: Plain): BotpressContent {
  switch (payload.type) {
    case 'text':
      return { text: payload.text, attachments: [] };
    case 'markdown':
      return { text: payload.markdown, attachments: [] };
    case 'image':
      return toFile(payload.imageUrl, { kind: 'image' });
    case 'audio':
      return toFile(payload.audioUrl, { kind: 'audio' });
    case 'video':
      return toFile(payload.videoUrl, { kind: 'video' });
    case 'file':
      return toFile(payload.fileUrl, { name: payload.title });
    case 'location':
      return { text: `[Location: ${placeOf(payload)}]`, attachments: [] };
  }
}

function readItem(item: { type: string }): BotpressContent {
  const parsed = plainShape.safeParse(item);
  return parsed.success ? readPlain(parsed.data) : { text: unreadable(item.type), attachments: [] };
}

function readCard({ title, subtitle, imageUrl, actions }: Card): BotpressContent {
  const lines = [`[Card] ${title}`, ...(subtitle ? [subtitle] : []), ...actions.map(toLine)];
  const { attachments } = imageUrl ? toFile(imageUrl, { kind: 'image' }) : { attachments: [] };
  return { text: lines.join('\n'), attachments };
}

/** An option or a button as a person sees it, with what lies behind it where that is something else. */
function toLine({ label, value }: { label: string; value: string }): string {
  return label === value ? `- ${label}` : `- ${label} (${value})`;
}

function placeOf({ latitude, longitude, title, address }: z.infer<typeof locationShape>): string {
  return [`${latitude}, ${longitude}`, ...(title ? [title] : []), ...(address ? [address] : [])].join('; ');
}

/** The conversation's window notes every attachment, so no text stands for it here. */
function toFile(url: string, { name, kind }: { name?: string | null | undefined; kind?: Kind }): BotpressContent {
  const shown = name || nameInUrl(url);
  const file = { url: url.toWellFormed(), ...(shown ? { name: shown.toWellFormed() } : {}), ...(kind ? { kind } : {}) };
  return { text: '', attachments: [file] };
}

type Kind = NonNullable<Attachment['kind']>;

function nameInUrl(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '') || undefined;
  } catch {
    return undefined;
  }
}

function join(parts: readonly BotpressContent[], separator: string): BotpressContent {
  return {
    text: parts.flatMap(({ text }) => (text === '' ? [] : [text])).join(separator),
    attachments: parts.flatMap(({ attachments }) => attachments),
  };
}

function unreadable(type: string): string {
  return `[A message of a kind that cannot be shown here: ${type.slice(0, 40)}]`.toWellFormed();
}
