/** Room of the operator: a sentence for dead letters that somebody else holds. Pure. */

/** No look finds them until they are given back: what they are is not known. */
export function tellHeld(count: number): string {
  const [those, are] = count === 1 ? ['1 dead letter', 'is'] : [`${count} dead letters`, 'are'];
  return `${those} ${are} held by somebody just now, and could not be looked at: say it again in a minute.`;
}
