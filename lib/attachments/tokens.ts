/** Room of attachments: what a file costs in tokens, from above: the one place that says it. Pure. */
import type { Pixels } from './pixels.ts';

/** A picture is read in squares of so many pixels, after it was scaled down to its longest side and its most tokens. */
const SQUARE = 28;
const LONGEST_SIDE = 2_576;

/** The most that any picture costs. */
export const MAX_PICTURE_TOKENS = 4_784;

/** By the vendor's page on vision for models from 4.7 on; older ones scale further down. */
export function pictureTokens({ width, height }: Pixels): number {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const squares = (side: number) => Math.ceil((side * scale) / SQUARE);
  return Math.min(squares(width) * squares(height), MAX_PICTURE_TOKENS);
}

/** Text and picture of a page: 2,300 to 2,500 were seen. */
const TOKENS_PER_PAGE = 3_000;

/** An estimate from above of what so many pages cost, in tokens. */
export function pdfTokens(pages: number): number {
  return pages * TOKENS_PER_PAGE;
}
