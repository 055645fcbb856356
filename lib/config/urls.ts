/** Room of the settings: addresses and origins. Pure. */
import { type Env, itemsOf, text } from './values.ts';

/** An http(s) URL without the slashes at its end, or `fallback`. */
export function url(env: Env, name: string, fallback: string, problems: string[]): string {
  return optionalUrl(env, name, problems) ?? fallback;
}

/** The same where nothing need be set. */
function optionalUrl(env: Env, name: string, problems: string[]): string | undefined {
  const value = text(env, name, problems);
  if (value === undefined) return undefined;
  if (!/^https?:\/\/[^\s/]/i.test(value) || !URL.canParse(value))
    problems.push(`${name} must be a URL with https:// (or http://) in front`);
  return value.replace(/\/+$/, '');
}

/** What a page shows behind the version, and is copied with it. */
const PATHS = ['', '/messages'];

/** The address of an API, to which its paths are added: `version` is one that ours begin with. */
export function baseUrl(env: Env, name: string, problems: string[], version?: string): string | undefined {
  const value = optionalUrl(env, name, problems);
  if (value === undefined || !URL.canParse(value)) return value;
  if (/[?#]/.test(value)) problems.push(`${name} must end before ? and #`);
  if (version !== undefined && PATHS.some((path) => value.toLowerCase().endsWith(version + path)))
    problems.push(`${name} must end before ${version}`);
  return value;
}

/** What browsers send as `Origin`, exactly. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*A-Z]+$/;

/** Origins between commas, each as a browser sends it. An app's own scheme counts, a pattern does not. */
export function origins(env: Env, name: string, problems: string[]): string[] | undefined {
  const items = itemsOf(env, name);
  for (const item of items ?? []) {
    const isWeb = /^https?:/i.test(item);
    const sent = isWeb ? URL.parse(item)?.origin : undefined;
    const isExact = ORIGIN.test(item) && (!isWeb || sent === item);
    if (!isExact)
      problems.push(`${name} has ${item.includes('@') ? 'an entry' : item}, which must be ${meant(item, sent)}`);
  }
  return items;
}

function meant(item: string, sent: string | undefined): string {
  if (sent === undefined || item.includes('*')) return 'origins like https://app.example.com, each by its whole name';
  return `${sent} without anything behind it, in small letters`;
}
