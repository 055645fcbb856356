/** Tools of MCP servers: what a call gave → what Claude takes of it. Pure. */
import type { ImageBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import * as z from 'zod/mini';
import { Shown } from '../wrap.ts';

const block = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.literal('resource_link'), uri: z.string(), name: z.optional(z.string()) }),
  z.object({
    type: z.literal('resource'),
    resource: z.object({ uri: z.string(), text: z.optional(z.string()), mimeType: z.optional(z.string()) }),
  }),
  z.object({ type: z.string() }),
]);

const resultShape = z.object({
  content: z.optional(z.array(z.unknown())),
  structuredContent: z.optional(z.unknown()),
  isError: z.optional(z.boolean()),
});

type Block = z.infer<typeof block>;

/** The pictures that the Messages API takes. */
const PICTURES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;

/** Of pictures of one result (base64 characters), so that it can be kept in the journal. */
const MAX_PICTURES_CHARS = 180_000;
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
  let room = MAX_PICTURES_CHARS;
  const words = blocks.map((one): unknown => {
    const picture = pictureOf(one);
    if (!picture) return wordsOf(one);
    const size = picture.source.type === 'base64' ? picture.source.data.length : 0;
    if (size > room) return '(a picture was left out: it is too large)';
    room -= size;
    pictures.push(picture);
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

function pictureOf(one: Block): ImageBlockParam | undefined {
  if (one.type !== 'image' || !('data' in one)) return undefined;
  const media_type = PICTURES.find((type) => type === one.mimeType);
  return media_type && { type: 'image', source: { type: 'base64', media_type, data: one.data } };
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
