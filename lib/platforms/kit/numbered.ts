/** Stop 7, for every platform: the messages of a long answer, each with a key that is the same for every attempt. Pure. */

/** In their order: `replyKey`, `replyKey:2`, `replyKey:3` … */
export function numbered<T>(replyKey: string, parts: readonly T[]): { key: string; part: T }[] {
  return parts.map((part, index) => ({ key: index === 0 ? replyKey : `${replyKey}:${index + 1}`, part }));
}
