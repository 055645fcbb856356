/** The playground's page: its own little server. */

/** A conversation as the server takes it. */
export type PlaceQuery = Record<'door' | 'conversation' | 'bot', string>;

/** Throws with the server's words when it refuses. */
export async function ask<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  return read<T>(await fetch(`/api/${path}?${new URLSearchParams(query)}`));
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return read<T>(await fetch(`/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Calls `look` with every snapshot; the browser reconnects by itself. Gives what ends it. */
export function listen<T>(path: string, query: Record<string, string>, look: (value: T) => void): () => void {
  const source = new EventSource(`/api/${path}?${new URLSearchParams(query)}`);
  source.addEventListener('message', ({ data }) => look(JSON.parse(data)));
  return () => source.close();
}

/** Its answers are typed in view.ts: it is this project's own server. */
async function read<T>(response: Response): Promise<T> {
  const body = await response.json();
  if (!response.ok)
    throw new Error(typeof body.error === 'string' ? body.error : `the server answered ${response.status}`);
  return body;
}
