/** Offline Claude: what each model accepts. Figures of the vendor's model, thinking and caching pages, November 2026. */
import { ApiError } from './errors.ts';

type ThinkingType = 'adaptive' | 'disabled' | 'between_tools' | 'enabled';
export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** The rules one model checks a request against; token counts throughout. */
export interface ModelRules {
  window: number;
  maxOutput: number;
  /** Prompts shorter than this are not cached. */
  minCacheable: number;
  /** Whether it thinks when the request does not say. */
  thinks: boolean;
  thinking: readonly ThinkingType[];
  /** The effort it takes when the request does not say; null when it has no such parameter. */
  effort: Effort | null;
  /** Whether `tool_choice` may force a tool. */
  forcedTools: boolean;
  /** Whether `role: system` may appear among the messages. */
  midSystem: boolean;
  /** Whether a replayed thinking block must stand behind the very prefix it was made for. */
  bindsThinking: boolean;
  /** Whether the last message may be an assistant's, to be continued. */
  prefill: boolean;
  /** Whether the old API version lets it have temperature, top_p and top_k. */
  sampling: boolean;
  lifecycle: 'active' | 'deprecated';
}

const current: ModelRules = {
  window: 1_000_000,
  maxOutput: 128_000,
  minCacheable: 512,
  thinks: true,
  thinking: ['adaptive', 'between_tools'],
  effort: 'high',
  forcedTools: false,
  midSystem: true,
  bindsThinking: true,
  prefill: false,
  sampling: false,
  lifecycle: 'active',
};
const alwaysThinking: ModelRules = { ...current, thinking: ['adaptive'] };
const fable5: ModelRules = { ...alwaysThinking, bindsThinking: false, forcedTools: true };
const five: ModelRules = {
  ...current,
  thinking: ['adaptive', 'disabled', 'between_tools'],
  bindsThinking: false,
  forcedTools: true,
};
const four: ModelRules = { ...five, thinks: false, midSystem: false, minCacheable: 1024 };
const fourSix: ModelRules = { ...four, thinking: ['adaptive', 'disabled', 'enabled'], sampling: true };
const fourFive: ModelRules = {
  ...fourSix,
  window: 200_000,
  maxOutput: 64_000,
  minCacheable: 4096,
  thinking: ['disabled', 'enabled'],
  effort: null,
  prefill: true,
};
const sonnet45: ModelRules = { ...fourFive, minCacheable: 1024, lifecycle: 'deprecated' };
const opus45: ModelRules = { ...fourFive, effort: 'high' };

const known: Record<string, ModelRules> = {
  'claude-fable-5-2': alwaysThinking,
  'claude-mythos-5-2': alwaysThinking,
  'claude-haiku-5-5': { ...five, bindsThinking: true, effort: 'medium' },
  'claude-sonnet-5-5': current,
  'claude-opus-5-5': { ...alwaysThinking, effort: 'medium' },
  'claude-fable-5-1': alwaysThinking,
  'claude-mythos-5-1': alwaysThinking,
  'claude-fable-5': fable5,
  'claude-mythos-5': fable5,
  'claude-opus-5': five,
  'claude-sonnet-5': { ...five, midSystem: false, minCacheable: 1024 },
  'claude-opus-4-8': { ...four, midSystem: true },
  'claude-opus-4-7': four,
  'claude-opus-4-6': fourSix,
  'claude-sonnet-4-6': fourSix,
  'claude-opus-4-5': opus45,
  'claude-opus-4-5-20251101': opus45,
  'claude-haiku-4-5': fourFive,
  'claude-haiku-4-5-20251001': fourFive,
  'claude-sonnet-4-5': sonnet45,
  'claude-sonnet-4-5-20250929': sonnet45,
};

/** Changes to the known models, and models of one's own (what is not said is as with the default model). */
export type ModelOverrides = Readonly<Record<string, Partial<ModelRules>>>;

/** Every model, newest first. */
export function modelTable(overrides: ModelOverrides = {}): ReadonlyMap<string, ModelRules> {
  const table = new Map(Object.entries(known));
  const fallback = known['claude-haiku-5-5'] ?? current;
  for (const [id, rules] of Object.entries(overrides)) table.set(id, { ...(table.get(id) ?? fallback), ...rules });
  return table;
}

/** The rules of `id`; 404 for a model that does not exist. */
export function rulesOf(models: ReadonlyMap<string, ModelRules>, id: string): ModelRules {
  const rules = models.get(id);
  if (!rules) throw new ApiError(404, `model: ${id}`);
  return rules;
}

/** One entry of `GET /v1/models`. */
export function describeModel(id: string, rules: ModelRules) {
  const can = (supported: boolean) => ({ supported });
  const effort = can(rules.effort !== null);
  const [, line = null] = /^claude-(haiku|sonnet|opus|fable|mythos)-/.exec(id) ?? [];
  return {
    type: 'model',
    id,
    display_name: displayName(id),
    created_at: '2026-01-01T00:00:00Z',
    line,
    lifecycle: rules.lifecycle,
    deprecated_at: rules.lifecycle === 'deprecated' ? '2026-08-30T00:00:00Z' : null,
    retires_at: rules.lifecycle === 'deprecated' ? '2026-11-30T00:00:00Z' : null,
    max_input_tokens: rules.window,
    max_tokens: rules.maxOutput,
    capabilities: {
      batch: can(false),
      citations: can(false),
      code_execution: can(false),
      context_management: {
        supported: false,
        clear_thinking_20251015: null,
        clear_tool_uses_20250919: null,
        compact_20260112: null,
      },
      effort: { ...effort, low: effort, medium: effort, high: effort, xhigh: effort, max: effort },
      image_input: can(true),
      pdf_input: can(true),
      server_tools: { supported: false, code_execution: can(false), web_search: can(false) },
      structured_outputs: can(true),
      thinking: {
        supported: true,
        types: {
          adaptive: can(rules.thinking.includes('adaptive')),
          between_tools: can(rules.thinking.includes('between_tools')),
          disabled: can(rules.thinking.includes('disabled')),
          enabled: can(rules.thinking.includes('enabled')),
        },
      },
    },
  };
}

function displayName(id: string): string {
  const [line = '', ...version] = id.replace(/^claude-/, '').split('-');
  return `Claude ${line.charAt(0).toUpperCase()}${line.slice(1)} ${version.filter((part) => part.length < 8).join('.')}`.trim();
}
