/** The playground: the answers that a message of Botpress' offers. On both sides. */

/** Their labels; none where the payload is of another kind. */
export function choicesOf(payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null || !('options' in payload)) return [];
  const { options } = payload;
  return Array.isArray(options) ? options.map(({ label }: { label: string }) => label) : [];
}
