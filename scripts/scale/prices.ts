/** List prices in us-east-1, US dollars. All but Claude's (lib/claude/price.ts) are from memory: look them up before you rely on them. */
export const USD = {
  httpApiRequest: 1.0e-6,
  lambdaRequest: 0.2e-6,
  /** arm64. */
  lambdaGbSecond: 0.0000133334,
  sqsFifoRequest: 0.5e-6,
  sqsRequest: 0.4e-6,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  logGb: 0.5,
} as const;

/** A request to SQS is billed for each piece of this size. */
export const SQS_PIECE_BYTES = 64 * 1024;
