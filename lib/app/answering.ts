/** What every door that answers shares: Claude, its tools, the table, the limits and the interaction log. */
import { randomUUID } from 'node:crypto';
import { bots } from '#bots';
import { openBudget } from '../attachments/budget.ts';
import { openAttachment } from '../attachments/fetch.ts';
import { parseHosts } from '../attachments/hosts.ts';
import type { Bot } from '../bots/bot.ts';
import { botNamed } from '../bots/identity.ts';
import { type AskSettings, withBot } from '../bots/settings.ts';
import { openSpeech } from '../bots/speech.ts';
import { type AskDeps, openAsk, openClaude } from '../claude/ask.ts';
import { filesOf } from '../claude/attached.ts';
import { writeMeasured } from '../claude/metrics.ts';
import { fileLimitsOf, modelIdOf } from '../claude/models.ts';
import { priceUsd } from '../claude/price.ts';
import { type ModelCall, noTools } from '../claude/question.ts';
import { SUMMARY_MAX_TOKENS, SUMMARY_MODEL, SUMMARY_PROMPT } from '../claude/summary.ts';
import type { Settings } from '../config.ts';
import { withoutDocuments } from '../knowledge/only.ts';
import { type OpenedKnowledge, openKnowledge } from '../knowledge/open.ts';
import { searchTool } from '../knowledge/tool.ts';
import { logLine } from '../log.ts';
import { openCounters } from '../store/counters.ts';
import { openDynamo, openStore, type Store } from '../store/store.ts';
import handTool from '../tools/all/hand-to-human.ts';
import { allTools } from '../tools/all.ts';
import { type Tool, ToolError } from '../tools/tool.ts';
import { chooseTools, openToolbox, type ToolboxDeps } from '../tools/toolbox.ts';
import { type ComposeDeps, compose } from '../turn/compose.ts';
import { disclosing } from '../turn/disclosure.ts';
import { requestHandoff, teamNow } from '../turn/handoff.ts';
import { type Limits, openLimits } from '../turn/limits.ts';
import type { RememberDeps } from '../turn/remember.ts';
import type { TurnDeps } from '../turn/shapes.ts';
import type { Reply } from '../types.ts';
import { outboxOf } from './outbox.ts';
import { openRecorder, type RECORDS } from './recorder.ts';

/** The settings groups it needs; those of `RECORDS` beside them where calls are recorded. */
export const ANSWERING = [
  'aws',
  'claude',
  'history',
  'limits',
  'attachments',
  'stage',
  'speech',
  'botSecrets',
  'events',
  'retention',
  'handoff',
] as const;

/** What one file may weigh (bytes) and take (ms): as much as the API accepts of a picture, and a slow link's time for it. */
const FILES = { maxBytes: 7_864_320, timeoutMs: 10_000 };

/** Bytes of files for each megabyte of the function: sent, they are there four to five times, as base64, as JSON and on the wire. */
const FILE_BYTES_PER_MB = 30_000;

/** Everything but the platform itself. Throws `BadSettings` for a tool that does not exist. */
export function openAnswering(
  settings: Settings<(typeof ANSWERING)[number]> & Partial<Settings<(typeof RECORDS)[number]>>,
  dynamo = openDynamo(),
  ownLimits: Limits = limitsOf(settings, dynamo),
): Omit<TurnDeps, 'platform'> & RememberDeps & { store: Store } {
  const { aws, claude, history, limits, attachments, stage, retention } = settings;
  const log = logLine;
  const now = Date.now;
  const newId = randomUUID;
  const rules = parseHosts(attachments.hosts);
  const fileLimits = fileLimitsOf(claude.model, claude.provider);
  const budget = openBudget(attachments.memoryMb * FILE_BYTES_PER_MB);
  const store = openStore(dynamo, aws.tableName, now, retention.days);
  const { handoff } = settings;
  const tell = outboxOf(settings.events);
  const handToHuman: ToolboxDeps['handToHuman'] = async (about, reason) => {
    await requestHandoff({ store, handoff, tell, now, log }, about, { by: 'model', reason });
    return teamNow(handoff, now());
  };
  const keep = openRecorder(settings, { now, newId, log });
  const recording = (marks: Partial<BotMarks> = {}) => ({
    record: async (call: ModelCall) => {
      writeMeasured(call, stage.name);
      await keep({ ...call, ...marks, provider: claude.provider });
    },
    recordError: (refusal: Refusal) => keep({ ...refusal, ...marks, provider: claude.provider }),
  });
  const base = { client: openClaude(claude), now, log };
  const answeringAs = (bot: Bot) => {
    const marks = { bot: bot.name, promptHash: bot.promptHash };
    const asking = withBot(claude, bot);
    const knowledge = bot.documents && openKnowledge(bot.documents);
    const tools = [...chooseTools(allTools, bot), ...knowledgeTools(bot, knowledge)];
    const askWith = (offered: readonly Tool[], handing: ToolboxDeps['handToHuman']) =>
      openAsk({
        ...base,
        ...recording(marks),
        settings: asking,
        tools: openToolbox(offered, {
          bot: { bot: bot.name, secrets: settings.botSecrets(bot.name, bot.secrets) },
          ...{ handToHuman: handing, fetch, now, log },
        }),
        knowledge,
        isOnlyFromDocuments: bot.documents !== undefined && bot.knowledge === 'only',
      });
    const ask = askWith(tools, handToHuman);
    const askAlone = askWith(
      tools.filter((tool) => tool !== handTool),
      nobodyToHandTo,
    );
    const deps: ComposeDeps = {
      ask: (question) => (handoff.isPossible(question.about.platform) ? ask(question) : askAlone(question)),
      window: history,
      limits: ownLimits,
      fetchFiles: (turns, signal) =>
        filesOf(turns, {
          open: (attachment) => openAttachment(attachment, { ...FILES, rules, limits: fileLimits, signal }),
          maxTokens: history.tokenBudget / 2,
          budget,
          signal,
        }),
      estimateUsd: estimateOf(asking, leadingTokensOf(bot)),
    };
    return { name: bot.name, compose: disclosing((input) => compose(deps, input), bot), marks };
  };
  const [first, ...others] = bots;
  const all = [answeringAs(first), ...others.map(answeringAs)] as const;
  return {
    store,
    compose: async (input) => {
      const { compose: composeAs, marks } = botNamed(all, input.head.bot);
      const composed = await composeAs(input);
      return 'reply' in composed ? { reply: { ...composed.reply, ...marks } } : composed;
    },
    askForSummary:
      history.strategy === 'summary'
        ? openAsk({ ...base, ...recording(), settings: summarySettings(claude), tools: noTools })
        : undefined,
    tell,
    handoff,
    speech: openSpeech(bots, settings.speech),
    maxInputChars: limits.maxInputChars,
    now,
    newId,
    log,
  };
}

type BotMarks = Pick<Reply, 'bot' | 'promptHash'>;
type Refusal = Parameters<NonNullable<AskDeps['recordError']>>[0];

/** For tools of a bot's own: where nobody would hear of it, nobody is handed anything. */
async function nobodyToHandTo(): Promise<never> {
  throw new ToolError('Nobody can take a conversation over here.');
}

/** What a bot with documents is offered beside its own tools. */
function knowledgeTools({ documents, knowledge }: Bot, open: (() => Promise<OpenedKnowledge>) | undefined): Tool[] {
  if (!documents || !open) return [];
  return [
    ...(documents.mode === 'search' ? [searchTool(documents, open)] : []),
    ...(knowledge === 'only' ? [withoutDocuments] : []),
  ];
}

/** The limits of all platforms and bots, counted in the table of these settings. */
export function limitsOf({ aws, limits }: Settings<'aws' | 'limits'>, dynamo = openDynamo()): Limits {
  const botUsdPerDay = Object.fromEntries(bots.map(({ name, usdPerDay = 0 }) => [name, usdPerDay]));
  const settings = { ...limits, botUsdPerDay };
  return openLimits({ counters: openCounters(dynamo, aws.tableName), settings, now: Date.now });
}

function summarySettings(claude: Settings<'claude'>['claude']): AskSettings {
  const { provider, profile, fallbackModel } = claude;
  return {
    ...{ provider, profile, fallbackModel },
    effort: undefined,
    model: SUMMARY_MODEL,
    maxTokens: SUMMARY_MAX_TOKENS,
    systemPrompt: SUMMARY_PROMPT,
  };
}

/** US dollars for an answer to so many prompt tokens. */
type Estimate = (promptTokens: number) => number;

/** One call that fills its room, all of the prompt written to the cache: an estimate from above for nearly every answer without tool loops. */
function estimateOf({ model, maxTokens, ...provision }: AskSettings, documentTokens: number): Estimate {
  const rest = { inputTokens: 0, cacheReadTokens: 0, outputTokens: maxTokens, cacheWrite1hTokens: documentTokens };
  return (promptTokens) =>
    priceUsd(modelIdOf(model, provision), { ...rest, cacheWriteTokens: promptTokens + documentTokens });
}

/** The same for an answer of the bot with this name. */
export function estimatesOf(claude: Settings<'claude'>['claude']): (name: string | undefined) => Estimate {
  return (name) => {
    const bot = botNamed(bots, name);
    return estimateOf(withBot(claude, bot), leadingTokensOf(bot));
  };
}

/** Of the documents that stand in every prompt of the bot, written to the cache for an hour. */
function leadingTokensOf({ documents }: Pick<Bot, 'documents'>): number {
  return documents?.mode === 'inline' ? documents.tokens : 0;
}
