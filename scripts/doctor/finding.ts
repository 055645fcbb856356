/** The doctor: what it finds, and how it says so without giving a secret away. */

import type { Finding } from '../../lib/platforms/kit/finding.ts';

const SIGNS: Record<Finding['mark'], string> = { ok: '✓', off: '·', wrong: '✗' };

/** A heading and its findings, one to a line, with what to do below. */
export function toLines(title: string, findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ mark, what, todo }) => [
    `  ${SIGNS[mark]} ${what}`,
    ...(todo ? [`      → ${todo}`] : []),
  ]);
  return [title, ...lines].join('\n');
}

/** Shorter ones would also be found inside ordinary words. */
const MIN_SECRET_CHARS = 6;

/** Whatever an error of somebody else may quote: no secret, and no part of one that is a list, is printed. */
export function concealing(secrets: readonly string[]): (text: string) => string {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(',')]).map((part) => part.trim());
  const hidden = [...new Set(parts)].filter((part) => part.length >= MIN_SECRET_CHARS);
  hidden.sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, '•••'), text);
}
