/** Tools of MCP servers: what is pinned of them, and by which name Claude knows them. Pure. */
import { createHash } from 'node:crypto';
import { clean } from '../../text/clean.ts';
import { canonical } from '../canonical.ts';
import { whyNotTaken } from '../schema.ts';
import type { EffectKind } from '../tool.ts';

/** A tool as its server describes it; what else it says is not used. */
export interface ListedTool {
  name: string;
  description?: string | undefined;
  inputSchema: Readonly<Record<string, unknown>>;
  outputSchema?: Readonly<Record<string, unknown>> | undefined;
  annotations?: { title?: string | undefined; readOnlyHint?: boolean | undefined } | undefined;
}

/** A tool as somebody has read it and put it into mcp.lock.json. */
export interface PinnedTool extends ListedTool {
  description: string;
  /** Of everything but the words: a server that shows another one is not called. */
  schema: string;
}

/** A server as a bot uses it. */
export interface McpServer {
  name: string;
  url: string;
  /** Values may hold `${NAME}`, a secret of the bot. */
  headers: Readonly<Record<string, string>>;
  tools: readonly (PinnedTool & { effect: EffectKind; asks: boolean })[];
}

/** As long as a description may be that stands in every prompt, and a schema (bytes). */
const MAX_DESCRIPTION_CHARS = 1_024;
const MAX_SCHEMA_BYTES = 16 * 1024;

/** The Messages API takes 64 characters; two underlines are in no name of ours, so none is hidden. */
export function nameFor(server: string, tool: string): string {
  const whole = `${server}__${tool}`.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  if (whole.length <= 64) return whole;
  return `${whole.slice(0, 55)}_${createHash('sha256').update(`${server}__${tool}`).digest('hex').slice(0, 8)}`;
}

/** What decides how a tool is called and what it may do, but not how it is praised. */
export function schemaOf({ inputSchema, outputSchema, annotations }: ListedTool): string {
  const what = canonical([inputSchema, outputSchema ?? null, annotations?.readOnlyHint ?? false]);
  return createHash('sha256').update(what).digest('hex').slice(0, 16);
}

/** The tool as it is pinned: without hidden characters and of bounded length; or why it cannot be. */
export function pin(tool: ListedTool): PinnedTool | { refused: string } {
  const { name, description = '', inputSchema, outputSchema, annotations } = tool;
  if (Buffer.byteLength(JSON.stringify([inputSchema, outputSchema])) > MAX_SCHEMA_BYTES) {
    return { refused: `its schema is over ${MAX_SCHEMA_BYTES / 1024} KB` };
  }
  const problem = whyNotTaken(inputSchema);
  if (problem !== undefined) return { refused: problem };
  const title = annotations?.title ? { title: clean(annotations.title).slice(0, 100) } : {};
  return {
    name,
    description: clean(description).slice(0, MAX_DESCRIPTION_CHARS).toWellFormed(),
    inputSchema: cleaned(inputSchema),
    ...(outputSchema ? { outputSchema: cleaned(outputSchema) } : {}),
    annotations: { ...title, readOnlyHint: annotations?.readOnlyHint ?? false },
    schema: schemaOf(tool),
  };
}

function cleaned(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(schema, (_key, value: unknown) => (typeof value === 'string' ? clean(value) : value)),
  );
}
