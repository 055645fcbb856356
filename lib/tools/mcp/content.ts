/** Tools of MCP servers: what a call gave → what Claude takes of it. Pure. */
import type { ImageBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import * as z from 'zod/mini';
import { contentOf } from '../../attachments/content.ts';
import type { ImageType } from '../../attachments/pixels.ts';
import { Shown } from '../wrap.ts';

const block = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.literal('resource_link'), uri: z.string(), name: z.optional(z.string()) }),
  z.object({
    type: z.literal('resource'),
    resource: z.object({
      uri: z.string(),
      text: z.optional(z.string()),
      blob: z.optional(z.string()),
      mimeType: z.optional(z.string()),
    }),
  }),
  z.object({ type: z.string() }),
]);

const resultShape = z.object({
  content: z.optional(z.array(z.unknown())),
  structuredContent: z.optional(z.unknown()),
  isError: z.optional(z.boolean()),
});

type Block = z.infer<typeof block>;

/** Of pictures of one result (base64 characters), so that it can be kept in the journal, and tokens, as each costs some. */
const MAX_PICTURES_CHARS = 180_000;
const MAX_PICTURES_TOKENS = 20_000;
const MAX_BLOCKS = 50;

export interface Content {
  isError: boolean;
  /** Words and data, and what was left out, as they are wrapped like any result. */
  data: unknown;
  shown: Shown;
}

/** What is no result of MCP is told as it is. */
export function readResult(result: unknown): Content {
  const parsed = resultShape.safeParse(result);
  if (!parsed.success) return { isError: false, data: result, shown: new Shown(result, []) };
  const { content = [], structuredContent, isError = false } = parsed.data;
  const blocks = content.slice(0, MAX_BLOCKS).flatMap((one) => block.safeParse(one).data ?? []);
  const pictures: ImageBlockParam[] = [];
  let chars = MAX_PICTURES_CHARS;
  let tokens = MAX_PICTURES_TOKENS;
  const words = blocks.map((one): unknown => {
    const picture = pictureOf(one);
    if (picture === undefined) return wordsOf(one);
    if ('problem' in picture) return `(a picture was left out: it is ${picture.problem})`;
    if (picture.data.length > chars || picture.tokens > tokens) return '(a picture was left out: it is too large)';
    chars -= picture.data.length;
    tokens -= picture.tokens;
    pictures.push({ type: 'image', source: { type: 'base64', media_type: picture.mediaType, data: picture.data } });
    return '(a picture, shown below)';
  });
  const left = content.length - blocks.length;
  const all = [
    ...(words.length === 0 && structuredContent !== undefined ? [structuredContent] : words),
    ...(left > 0 ? [`(${left} more parts were left out)`] : []),
  ];
  const data = all.length === 1 ? all[0] : all;
  return { isError, data, shown: new Shown(data, pictures) };
}

interface Picture {
  mediaType: ImageType;
  data: string;
  tokens: number;
}

/** By its bytes, whatever its server calls it: one that the API does not take would cost the turn. `undefined` for what is none. */
function pictureOf(one: Block): Picture | { problem: string } | undefined {
  const data = one.type === 'image' && 'data' in one ? one.data : blobOf(one);
  if (data === undefined) return undefined;
  const bytes = Buffer.from(data, 'base64');
  const found = contentOf(bytes, { imageBytes: MAX_PICTURES_CHARS, pages: 0 });
  if ('problem' in found) return found;
  const { mediaType, tokens } = found;
  if (mediaType === 'application/pdf') return { problem: 'no picture' };
  return { mediaType, data: bytes.toString('base64'), tokens };
}

/** Of a resource that says it is a picture. */
function blobOf(one: Block): string | undefined {
  if (!('resource' in one)) return undefined;
  const { blob, mimeType = '' } = one.resource;
  return mimeType.startsWith('image/') ? blob : undefined;
}

/** A link is named and never followed: its server would choose what we ask. */
function wordsOf(one: Block): unknown {
  if ('text' in one) return one.text;
  if ('uri' in one) return { link: one.uri, name: one.name };
  if ('resource' in one) {
    const { uri, text, mimeType } = one.resource;
    return text === undefined
      ? `(the resource ${uri}, ${mimeType ?? 'of no known kind'}, was left out)`
      : { uri, text };
  }
  return `(${one.type} was left out)`;
}
