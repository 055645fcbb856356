/** Stop 6. Asks Claude: the way in which every door of the bundle does it. */
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsBase, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { AskSettings } from '../bots/settings.ts';
import type { ClaudeSettings } from '../config.ts';
import type { OpenedKnowledge } from '../knowledge/open.ts';
import { findNothing } from '../knowledge/sources.ts';
import { type Log, labelled } from '../log.ts';
import type { Reply } from '../types.ts';
import type { Answered } from './asking.ts';
import { openBill } from './bill.ts';
import { marked, withDocuments } from './cache-marks.ts';
import { type Client, SILENCE_MS } from './call.ts';
import { modelIdOf } from './models.ts';
import type { ModelCall, Question, Toolbox } from './question.ts';
import type { RefusedCall, ReliableDeps } from './reliable.ts';
import { takeSteps } from './steps.ts';

export interface AskDeps {
  client: Client | Promise<Client>;
  settings: AskSettings;
  tools: Toolbox;
  /** What the bot knows from documents, if it does. */
  knowledge?: (() => Promise<OpenedKnowledge>) | undefined;
  /** What it says without a source is not shown. */
  isOnlyFromDocuments?: boolean;
  /** Awaited right after each call, before anything else happens with its answer. */
  record(call: ModelCall): Promise<void>;
  /** Likewise for a call that the API answered with an error. */
  recordError?(refusal: RefusedCall & { about: Question['about'] }): Promise<void>;
  now(): number;
  log: Log;
  pause?: ReliableDeps['pause'];
  silenceMs?: number;
}

export type Ask = (question: Question) => Promise<Reply & Pick<Answered, 'asked'>>;

/** The SDK’s client: for this key, at Anthropic or at ANTHROPIC_BASE_URL, or for Bedrock; it makes no request by itself. */
export function openClaude(settings: ClaudeSettings): Client | Promise<Client> {
  const { apiKey, baseUrl, provider } = settings;
  if (provider === 'bedrock') {
    const client = import('#bedrock').then(({ openBedrock }) => openBedrock(settings));
    // Whoever asks is told.
    client.catch(() => {});
    return client;
  }
  // Its own log prints what it cannot parse, which is message text.
  return new Anthropic({ apiKey, logLevel: 'off', ...(baseUrl ? { baseURL: baseUrl } : {}) });
}

/** Throws `Later` when the queue should try again, `Permanent` when nobody needs to. */
export function openAsk(deps: AskDeps): Ask {
  const { settings } = deps;
  const modelId = (model: string) => modelIdOf(model, settings);
  const base = { pause, silenceMs: SILENCE_MS, fallbackModel: settings.fallbackModel, modelId, ...deps };
  return async (question) => {
    const bill = openBill(deps.record, question);
    const known = (await deps.knowledge?.()) ?? NOTHING_KNOWN;
    const reply = await takeSteps(
      {
        reliable: { ...base, log: labelled(deps.log, question.about) },
        requestFor: (messages) => requestFor(deps, question, messages, known),
        known,
        isOnlyFromDocuments: deps.isOnlyFromDocuments ?? false,
        tools: deps.tools,
        record: bill.add,
        recordError: (refusal) => deps.recordError?.({ ...refusal, about: question.about }) ?? Promise.resolve(),
      },
      question,
    );
    return { ...reply, ...bill.total() };
  };
}

/** What a model may reject is sent only when it is configured. The beginning stays the same from turn to turn, for the prompt cache. */
function requestFor(
  { settings, tools }: AskDeps,
  { userId, behind }: Question,
  messages: MessageParam[],
  known: OpenedKnowledge,
): MessageCreateParamsBase {
  return {
    model: settings.model,
    max_tokens: settings.maxTokens,
    system: settings.systemPrompt,
    messages:
      known === NOTHING_KNOWN ? marked(messages, behind) : withDocuments(marked(messages, behind), known.leading),
    metadata: { user_id: userId },
    ...(tools.params.length > 0 ? { tools: tools.params } : {}),
    ...(settings.effort ? { output_config: { effort: settings.effort } } : {}),
  };
}

const NOTHING_KNOWN: OpenedKnowledge = { leading: [], find: findNothing, search: () => [] };

async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
