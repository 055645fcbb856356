/** The widget: where a user whom the page has signed in goes on, on whatever device. */
import type { Settings } from './settings.ts';

/** The id of the user's newest conversation; none for who has said nothing yet, and where the API does not answer. */
export async function newestConversation({ apiUrl, clientId, userKey }: Settings): Promise<string | undefined> {
  if (userKey === undefined) return undefined;
  try {
    const response = await fetch(`${apiUrl}/${clientId}/conversations`, { headers: { 'x-user-key': userKey } });
    const { conversations } = await response.json();
    return conversations?.[0]?.id;
  } catch {
    return undefined;
  }
}
