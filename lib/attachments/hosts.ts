/** Room of attachments: which URLs may be fetched at all, before anything is resolved. Pure. */
import { isIP } from 'node:net';
import { BadSettings } from '../errors.ts';

/** One entry of ATTACHMENT_HOSTS. */
export interface HostRule {
  host: string;
  /** Any host below `host`, not `host` itself. */
  isSuffix: boolean;
  path: string;
  /** Of a server on this machine, reached by plain http; all others are https at its own port. */
  localPort: string | undefined;
}

const ENTRY = /^(?:(https?):\/\/)?(\*\.)?([a-z0-9.-]+|\[[0-9a-f:]+\])(?::(\d+))?(\/[^\s?#\\]*)?$/i;

const ALLOWED =
  'a public host like files.example.com, *.example.com or files.example.com/folder/, or on this machine http://localhost:3003';

const LOCAL = /^(localhost|([a-z0-9-]+\.)+localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Entries: `files.example.com`, `files.example.com/of-this-app/` (that folder only), `*.example.com`, and for tests on this machine
 * `http://127.0.0.1:3003`. Throws `BadSettings` for what is none of them.
 */
export function parseHosts(entries: readonly string[]): HostRule[] {
  return entries.map((entry) => {
    const [, scheme = 'https', star, name = '', port, folder = '/'] = ENTRY.exec(entry.trim()) ?? [];
    const host = name.toLowerCase();
    const isLocal = scheme === 'http' && LOCAL.test(host) && !star;
    const isPublic = scheme === 'https' && port === undefined && isIP(host) === 0 && /[a-z0-9]\.[a-z]/.test(host);
    if (!isLocal && !isPublic)
      throw new BadSettings(`ATTACHMENT_HOSTS has the entry ${entry}, which must be ${ALLOWED}`);
    const path = new URL(folder, 'https://any').pathname;
    return { host, isSuffix: star !== undefined, path, localPort: isLocal ? (port ?? '') : undefined };
  });
}

export interface AdmittedUrl {
  url: URL;
  isLocal: boolean;
}

/** Far longer than any real link to a file. */
const MAX_URL_CHARS = 4_000;

/** `undefined` unless the URL is exactly of the kind that a rule allows. */
export function admitUrl(link: string, rules: readonly HostRule[], base?: URL): AdmittedUrl | undefined {
  const url = link.length <= MAX_URL_CHARS ? URL.parse(link, base?.href) : null;
  if (!url || url.username || url.password || climbs(url.pathname)) return undefined;
  const rule = rules.find((candidate) => allows(candidate, url));
  return rule && { url, isLocal: rule.localPort !== undefined };
}

function allows({ host, isSuffix, path, localPort }: HostRule, { protocol, hostname, port, pathname }: URL): boolean {
  const isRightServer =
    localPort === undefined ? protocol === 'https:' && port === '' : protocol === 'http:' && port === localPort;
  const isRightHost = isSuffix ? hostname.endsWith(`.${host}`) : hostname === host;
  return isRightServer && isRightHost && isWithin(pathname, path);
}

/** The folder itself, or below it: not another one whose name begins alike. */
function isWithin(pathname: string, folder: string): boolean {
  return pathname === folder || pathname.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Whether a server that decodes once or twice more would find a way up in the path. */
function climbs(path: string): boolean {
  const decoded = path
    .replaceAll(/%(25)+/g, '%')
    .replaceAll(/%2e/gi, '.')
    .replaceAll(/%(2f|5c)/gi, '/');
  return /(^|\/)\.\.(\/|$)/.test(decoded);
}
