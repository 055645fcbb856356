/** What messages cost, service by service, from the counts and the prices. */
import { priceUsd } from '../../lib/claude/price.ts';
import { ASSUMED, MEASURED } from './counts.ts';
import { SQS_PIECE_BYTES, USD } from './prices.ts';
import type { Result } from './simulate.ts';

export interface Share {
  service: string;
  /** US dollars per message. */
  usd: number;
  /** How it comes about. */
  from: string;
}

/** As in serverless.yml. */
const WORKER_GB = 1;
const DOOR_GB = 0.25;
const MODEL = 'claude-haiku-5-5';

/** Of one message, with as many of them in a batch as the simulation had. */
export function sharesOf({ turns, arrived, invocations, busySeconds }: Result): Share[] {
  const { webhooks } = ASSUMED;
  // Both of the worker's: seconds and invocations of a turn, and the turns of a message.
  const perTurn = 1 / turns;
  const turnsPerMessage = turns / Math.max(arrived, turns);
  const pieces = Math.ceil(MEASURED.logRecordBytes / SQS_PIECE_BYTES);
  const workerRequests = invocations * perTurn * turnsPerMessage;
  const workerSeconds = busySeconds * perTurn * turnsPerMessage;
  const writeUnits = (MEASURED.writeUnits + MEASURED.logWriteUnits) * turnsPerMessage;
  const readUnits = MEASURED.readUnits * turnsPerMessage;
  const logBytes = MEASURED.lineBytes * turnsPerMessage + ASSUMED.invocationLogBytes * (webhooks + 2 * workerRequests);
  const usage = {
    inputTokens: MEASURED.inputTokens,
    outputTokens: MEASURED.outputTokens,
    cacheReadTokens: MEASURED.cacheReadTokens,
    cacheWriteTokens: MEASURED.cacheWriteTokens,
  };
  // A turn is sent; a batch is received, held once and deleted.
  const turnRequests = 1 + workerRequests * (2 + MEASURED.visibilityCalls);
  // A record is sent and received in pieces, and deleted.
  const logRequests = MEASURED.logSends * (2 * pieces + 1) * turnsPerMessage;
  return [
    { service: `Claude (${MODEL})`, usd: priceUsd(MODEL, usage) * turnsPerMessage, from: tokens() },
    {
      service: 'Lambda',
      usd:
        (webhooks + 2 * workerRequests) * USD.lambdaRequest +
        (workerSeconds * WORKER_GB + webhooks * ASSUMED.webhookSeconds * DOOR_GB) * USD.lambdaGbSecond,
      from: `${webhooks} webhooks, ${decimal(workerRequests)} invocations and ${decimal(workerSeconds)} s of the worker`,
    },
    {
      service: 'DynamoDB',
      usd: writeUnits * USD.writeUnit + readUnits * USD.readUnit,
      from: `${decimal(writeUnits)} write units, ${decimal(readUnits)} read units`,
    },
    {
      service: 'SQS',
      usd: turnRequests * USD.sqsFifoRequest + logRequests * USD.sqsRequest,
      from: `${decimal(turnRequests)} requests for the turn, ${decimal(logRequests)} for its record (${pieces} × 64 KB)`,
    },
    { service: 'API Gateway', usd: webhooks * USD.httpApiRequest, from: `${webhooks} webhooks` },
    { service: 'CloudWatch logs', usd: (logBytes / 1e9) * USD.logGb, from: `${Math.round(logBytes)} bytes` },
  ];
}

function tokens(): string {
  const { cacheReadTokens, cacheWriteTokens, outputTokens } = MEASURED;
  return `${cacheReadTokens} tokens read from the cache, ${cacheWriteTokens} written to it, ${outputTokens} answered`;
}

function decimal(value: number): string {
  return value.toFixed(1);
}
