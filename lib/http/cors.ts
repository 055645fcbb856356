/** Room of /chat: which browser pages may call it. */

/** For every response, preflights included; the key travels in a header, so no credentials are allowed. */
export function corsHeaders(origin: string | null, allowed: readonly string[]): [string, string][] {
  const vary: [string, string] = ['vary', 'origin'];
  if (origin === null || !allowed.includes(origin)) return [vary];
  return [
    vary,
    ['access-control-allow-origin', origin],
    ['access-control-allow-methods', 'GET, POST, DELETE'],
    ['access-control-allow-headers', 'accept, authorization, content-type, idempotency-key'],
    ['access-control-expose-headers', 'retry-after'],
    ['access-control-max-age', '600'],
  ];
}
