/** The Chat API server: which browser pages may call it. */

/** The client sends credentials, so the origin must be named: `*` would not do. The widget's stream has a header `timeout`. */
export function* corsHeaders(origin: string | undefined, allowed: readonly string[]): Generator<[string, string]> {
  yield ['vary', 'origin'];
  if (origin === undefined || !allowed.includes(origin)) return;
  yield ['access-control-allow-origin', origin];
  yield ['access-control-allow-credentials', 'true'];
  yield ['access-control-allow-methods', 'GET, POST, PUT, DELETE'];
  yield [
    'access-control-allow-headers',
    'x-user-key, content-type, x-idempotency-key, last-event-id, cache-control, accept, timeout',
  ];
  yield ['access-control-max-age', '600'];
}
