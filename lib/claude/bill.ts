/** Stop 6. What the calls of one turn cost, broken ones included. */
import type { Reply, Usage } from '../types.ts';
import { paidAs, priceUsd } from './price.ts';
import type { ModelCall, Question } from './question.ts';
import type { Attempt } from './reliable.ts';

/** Adds up the calls of one turn: each is recorded and its cost told before anything else happens with its answer. */
export function openBill(
  record: (call: ModelCall) => Promise<void>,
  { about, onCost }: Pick<Question, 'about' | 'onCost'>,
) {
  const calls: ModelCall[] = [];
  const sum = (of: (call: ModelCall) => number) => calls.reduce((total, call) => total + of(call), 0);
  return {
    /** Counts the call and has it recorded. Where its cost is not known the estimate is what limits count. */
    add: async (attempt: Attempt) => {
      const { request, response, counted } = attempt;
      const usd = priceUsd(paidAs(request.model, response.model), counted.usage);
      const call: ModelCall = { ...attempt, ...counted, about, usd };
      calls.push(call);
      onCost?.(call.usd);
      await record(call);
    },
    total: (): Pick<Reply, 'model' | 'usage' | 'usd' | 'cost'> => {
      const last = calls.at(-1);
      if (!last) return {};
      const model = last.response.model || last.request.model;
      if (calls.some(({ cost }) => cost === 'unknown')) return { model, cost: 'unknown' };
      const forHour = sum(({ usage }) => usage.cacheWrite1hTokens ?? 0);
      const usage: Usage = {
        inputTokens: sum(({ usage }) => usage.inputTokens),
        outputTokens: sum(({ usage }) => usage.outputTokens),
        cacheWriteTokens: sum(({ usage }) => usage.cacheWriteTokens),
        cacheReadTokens: sum(({ usage }) => usage.cacheReadTokens),
        ...(forHour > 0 ? { cacheWrite1hTokens: forHour } : {}),
      };
      const isEstimated = calls.some(({ cost }) => cost === 'estimated');
      return { model, usage, usd: sum(({ usd }) => usd), ...(isEstimated ? { cost: 'estimated' } : {}) };
    },
  };
}
