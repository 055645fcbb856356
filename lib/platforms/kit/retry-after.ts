/** Room of what all that call others share: how long a server asks us to wait. Pure. */

/**
 * In ms, of `retry-after-ms`, else of `retry-after` in seconds or as a date (RFC 9110 10.2.3); `undefined` for none, for nonsense, and
 * for what is over already. `now` in ms.
 */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const ms = toNumber(headers?.get('retry-after-ms'));
  if (ms !== undefined) return ms;
  const value = headers?.get('retry-after')?.trim();
  if (!value) return undefined;
  const seconds = toNumber(value);
  const wait = seconds === undefined ? Date.parse(value) - now : seconds * 1000;
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}

function toNumber(value: string | null | undefined): number | undefined {
  return value && /^\d{1,9}(\.\d{1,9})?$/.test(value.trim()) ? Number(value) : undefined;
}
