/** The widget: what its script tag says. Pure. */

export interface Settings {
  /** As the official client wants it: the address of the API without, and then, the webhook id. */
  apiUrl: string;
  clientId: string;
  name: string;
  greeting: string | undefined;
  avatar: string | undefined;
  footer: string | undefined;
  placeholder: string | undefined;
  color: string;
  /** `undefined`: as the visitor's system has it. */
  theme: 'light' | 'dark' | undefined;
  side: 'left' | 'right';
  /** The beginning of a locale; `undefined`: the visitor's. */
  language: string | undefined;
  /** Of a user whom the page has signed in. */
  userKey: string | undefined;
}

const COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;
/** What a picture may be fetched from; a path is of the page's own origin. */
const PICTURE = /^(?:https?:\/\/|data:image\/|\/)/i;
const DEFAULT_COLOR = '#2563eb';

/** `src` is the script's own address: `…/chat-api/<webhook id>/widget-<hash>.js`. What it does not understand of `data` it leaves at its default. */
export function readSettings(src: string, data: Readonly<Record<string, string | undefined>>): Settings {
  const parts = new URL(src).href.split('/');
  const text = (name: string) => data[name]?.trim() || undefined;
  const { theme, position, color = '' } = data;
  return {
    apiUrl: parts.slice(0, -2).join('/'),
    clientId: parts.at(-2) ?? '',
    name: text('name') ?? 'Chat',
    greeting: text('greeting'),
    avatar: PICTURE.test(text('avatar') ?? '') ? text('avatar') : undefined,
    footer: text('footer'),
    placeholder: text('placeholder'),
    color: COLOR.test(color.trim()) ? color.trim() : DEFAULT_COLOR,
    theme: theme === 'light' || theme === 'dark' ? theme : undefined,
    side: position === 'left' ? 'left' : 'right',
    language: text('language'),
    userKey: text('userKey'),
  };
}

/** The user that a key names. The server checks it; here it only tells whose the browser's memory is. */
export function userIn(key: string): string | undefined {
  try {
    const [, payload = ''] = key.split('.');
    const { id } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}
