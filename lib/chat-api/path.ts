/** The Chat API server: what a path asks for. Pure. */

export interface ApiPath {
  webhookId: string;
  /** Below the webhook id, each id as one encoded segment; never ends in a slash. */
  path: string;
}

const MOUNT = /(?:^|\/)chat-api\/+([^/]+)(.*)$/s;

/**
 * Doubled and trailing slashes are ignored, as upstream. Ids may hold slashes and may come encoded or raw (the client inserts them
 * raw into the URL of a stream), so the words around them say where an id ends. `undefined` for what is not ours.
 */
export function readPath(pathname: string): ApiPath | undefined {
  const [, webhookId, rest = ''] = MOUNT.exec(pathname) ?? [];
  if (webhookId === undefined) return undefined;
  const segments = rest.split('/').filter((segment) => segment !== '');
  return { webhookId: decode(webhookId), path: `/${encodeIds(segments).join('/')}` };
}

function encodeIds([first = '', ...rest]: readonly string[]): string[] {
  if (first !== 'conversations' || rest.length === 0) return [first, ...rest.map(reencode)];
  const participants = rest.indexOf('participants', 1);
  if (participants !== -1) {
    const user = rest.slice(participants + 1);
    return [first, join(rest.slice(0, participants)), 'participants', ...(user.length > 0 ? [join(user)] : [])];
  }
  const last = rest.at(-1) ?? '';
  const isList = rest.length > 1 && (last === 'listen' || last === 'messages');
  return isList ? [first, join(rest.slice(0, -1)), last] : [first, join(rest)];
}

function join(segments: readonly string[]): string {
  return reencode(segments.join('/'));
}

/** No id holds a `%`, so decoding what somebody before us has decoded changes nothing. */
function reencode(segment: string): string {
  return encodeURIComponent(decode(segment).toWellFormed());
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
