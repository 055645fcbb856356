/** Tools: what one is, and how one is defined. */
import { createHash } from 'node:crypto';
import type { Tool as ToolParam } from '@anthropic-ai/sdk/resources/messages/messages';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { PlatformName, Speaker } from '../types.ts';
import { whyNotTaken } from './schema.ts';

/** What a tool may know and do besides its input. Nothing in it comes from the model. */
export interface ToolContext {
  platform: PlatformName;
  conversation: string;
  /** As the verified webhook says it. */
  speaker: Speaker;
  /** The name of the bot that is spoken to. */
  bot: string;
  /** ms since the epoch. */
  now(): number;
  /** Ends with the tool's own time or with the turn's. */
  signal: AbortSignal;
  fetch: typeof fetch;
  /** From now on a human owns the conversation; gives what is known of the team's hours, in words for Claude. */
  handToHuman(reason: string): Promise<{ team?: string }>;
  /** What the bot's `secrets` name, by their names. */
  secrets: Readonly<Record<string, string>>;
}

/** The same for a tool with an effect. */
export interface ActingContext extends ToolContext {
  /** The same for every attempt to do this, and for nothing else: for a service that knows a repeat by a key. 40 hexadecimal digits. */
  key: string;
}

/** Whether running a tool changes anything in the world. What has an effect is done once, also after a crash. */
export type EffectKind = 'none' | 'once';

/** A call whose input is fit to be used. */
export interface ReadyCall {
  input: unknown;
  run(context: ActingContext): unknown;
  /** Finds out what became of a call that broke off: its result, or `null` where nothing happened. */
  recover?(context: ActingContext): unknown;
  /** What the user is asked before it runs. */
  question?(): string;
  /** What the turn ends with instead of running. */
  ends?(): Ending;
}

/** The last words of a turn, and the answers that are offered. */
export interface Ending {
  text: string;
  choices: readonly string[];
  /** It says that the documents have no answer. */
  isMiss?: boolean;
}

/** A tool whose input type only its own file knows. */
export interface Tool {
  name: string;
  isOptIn: boolean;
  timeoutMs: number;
  effect: EffectKind;
  /** Another one when its name, description or input has changed. */
  version: string;
  /** As the Messages API is told about it. */
  param: ToolParam;
  /** Checks the model's input before anything runs: what to run, or what the model has to mend. */
  prepare(input: unknown): ReadyCall | { mend: string };
}

export interface Definition<Schema extends z.core.$ZodObject, Effect extends EffectKind = 'none'> {
  /** Lower case with underscores; Claude sees it. */
  name: string;
  /** For Claude: what it does, when to use it, what comes back. */
  description: string;
  /** A strict object: fields that it does not name are refused. */
  input: Schema;
  /**
   * What it gives goes to Claude as JSON; what it throws stays here, unless it is a `ToolError`. With an effect, a `ToolError` says that
   * nothing happened; after any other error, and when its time is over, nobody knows whether it did.
   */
  run(input: z.output<Schema>, context: Effect extends 'once' ? ActingContext : ToolContext): unknown;
  /** `none` without it. */
  effect?: Effect;
  /**
   * For a tool with an effect, after a crash in the middle of a call: what the call has come to, or `null` where it did not happen and
   * may be made now. Without it, and where it throws, that stays unknown.
   */
  recover?(key: string, input: z.output<Schema>, context: ActingContext): unknown;
  /**
   * For a tool with an effect: what the user is asked before it runs, whole and in words that name what will be done. It throws a
   * `ToolError` where there is nothing to ask.
   */
  confirm?(input: z.output<Schema>): string;
  /** Ends the turn with these words where it is the only call of its step; `run` says what happens where it is not. */
  ends?(input: z.output<Schema>): Ending;
  timeoutMs?: number;
  /** Only there when the setting TOOLS names it. */
  isOptIn?: boolean;
}

/** The tool could not do it, nothing has happened, and `message` is for Claude to read: no secrets, no addresses, nothing internal. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** It failed, and with an effect it may have happened all the same; `said`, what is known of it, is data of somebody else. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  readonly said: unknown;
  constructor(said: unknown) {
    super('not known');
    this.said = said;
  }
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** Throws when the definition could let unknown fields through or has a name that the API refuses. */
export function defineTool<Schema extends z.core.$ZodObject, Effect extends EffectKind = 'none'>(
  definition: Definition<Schema, Effect>,
): Tool {
  const { name, description, input: schema, timeoutMs = DEFAULT_TIMEOUT_MS, isOptIn = false } = definition;
  const { recover, confirm, ends } = definition;
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) throw new Error(`The tool name ${name} is not in lower case.`);
  const { $schema, ...input_schema } = z.toJSONSchema(schema, { io: 'input' });
  if (hasOpenObject(input_schema)) throw new Error(`The tool ${name} takes unknown fields: use z.strictObject.`);
  const problem = whyNotTaken(input_schema);
  if (problem !== undefined) throw new Error(`The tool ${name} cannot be: ${problem}.`);
  const param: ToolParam = { name, description, input_schema: { ...input_schema, type: 'object' } };
  return {
    ...{ name, isOptIn, timeoutMs, param },
    version: versionOf(param),
    // What is asked for is done once, too.
    effect: confirm ? 'once' : (definition.effect ?? 'none'),
    prepare: (input) => {
      const checked = z.safeParse(schema, input, { error: en().localeError });
      if (!checked.success) return { mend: checked.error.issues.map(explain).join(' ') };
      const { data } = checked;
      return {
        input,
        run: (context) => definition.run(data, context),
        ...(recover ? { recover: (context) => recover(context.key, data, context) } : {}),
        ...(confirm ? { question: () => confirm(data) } : {}),
        ...(ends ? { ends: () => ends(data) } : {}),
      };
    },
  };
}

/** Of what Claude is told about a tool: 12 hexadecimal digits. */
export function versionOf(param: ToolParam): string {
  return createHash('sha256').update(JSON.stringify(param)).digest('hex').slice(0, 12);
}

function hasOpenObject(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const isOpen =
    'properties' in schema && (!('additionalProperties' in schema) || schema.additionalProperties !== false);
  return isOpen || Object.values(schema).some(hasOpenObject);
}

/** Names what is wrong, but does not repeat the value. */
function explain({ path, message, ...issue }: z.core.$ZodIssue): string {
  const where = path.length > 0 ? `"${path.join('.')}"` : 'The input';
  if (issue.code === 'unrecognized_keys') {
    return `${where} has fields that this tool does not take: ${issue.keys.slice(0, 5).join(', ').slice(0, 100)}.`;
  }
  return `${where}: ${message}.`;
}

/** A tool that ran, for the records: of which call of Claude's, from when to when (ms), and in one word what went wrong. */
export interface ToolRun {
  id: string;
  name: string;
  startedAt: number;
  endedAt: number;
  error?: string;
}
