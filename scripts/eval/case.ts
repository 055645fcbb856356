/** The evals: what a case is. Pure. */
import * as z from 'zod';
import { LANGUAGES } from '../../lib/text/languages.ts';

const text = z.string().min(1);
const texts = z.union([text, z.array(text).min(1)]);

const expectation = z
  .strictObject({
    contains: texts,
    notContains: texts,
    matches: text.refine(isPattern, 'must be a regular expression'),
    /** A file of the bot's knowledge, by its path there. */
    cites: text,
    calls: z.union([text, z.strictObject({ name: text, input: z.record(z.string(), z.unknown()).optional() })]),
    language: z.enum(LANGUAGES),
    maxUsd: z.number().positive(),
    maxWords: z.number().int().positive(),
    /** In words, for Claude to judge by. */
    judge: text,
  })
  .partial()
  .refine((one) => Object.keys(one).length > 0, 'says nothing');

const turn = z.strictObject({ user: text, expect: z.array(expectation).min(1).optional() });

const line = z
  .strictObject({ user: text, bot: text, team: text })
  .partial()
  .refine((one) => Object.keys(one).length === 1, 'must have one of user, bot, team');

/** One conversation that a bot must handle. */
export const caseShape = z.strictObject({
  name: z.string().min(1).max(100),
  context: z.record(z.string(), text).optional(),
  /** What was said before, from the first message on. */
  history: z
    .array(line)
    .refine((lines) => lines[0]?.bot === undefined, 'must begin with what a user or the team says')
    .refine(
      (lines) => lines.every(({ bot }, i) => bot === undefined || lines[i - 1]?.team === undefined),
      'must have what the bot says behind what a user says, not behind the team',
    )
    .optional(),
  /** What its tools give, by their names; those that act are never run. */
  tools: z.record(z.string(), z.unknown()).optional(),
  turns: z
    .array(turn)
    .min(1)
    .refine((turns) => turns.some(({ expect }) => expect), 'expects nothing: give a turn something to expect'),
});

export type Case = z.infer<typeof caseShape>;
export type Expectation = z.infer<typeof expectation>;
export type HistoryLine = NonNullable<Case['history']>[number];

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
