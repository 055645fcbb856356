/** Tool: arithmetic, which models guess at. */
import * as z from 'zod/mini';
import { compute, NotComputable } from '../compute.ts';
import { defineTool, ToolError } from '../tool.ts';

/** Long enough for any sum a person would type, short enough that nothing can be nested without end. */
const MAX_CHARS = 500;

export default defineTool({
  name: 'calculator',
  description: [
    'Computes an expression exactly to 15 digits. Use it for every calculation that is not trivial.',
    'It knows + - * / % (remainder) ^ (power), parentheses, pi, e, and abs, ceil, floor, round, sqrt, cbrt, exp, ln, log10, log2,',
    'sin, cos, tan (radians), min, max, factorial. No thousands separators, no variables; 15% of 80 is 0.15*80.',
  ].join(' '),
  input: z.strictObject({
    expression: z
      .string()
      .check(z.minLength(1), z.maxLength(MAX_CHARS), z.describe('The expression, such as (1200 * 1.19^3) / 12.')),
  }),
  run: ({ expression }) => {
    try {
      return { result: compute(expression) };
    } catch (error) {
      throw new ToolError(error instanceof NotComputable ? error.message : 'That is not an expression.');
    }
  },
});
