/** The embedded stack: which streaming function a path belongs to, by API Gateway's rules for REST routes. */

export interface Route {
  /** The function's key in serverless.yml. */
  name: string;
  /** In upper case; ANY takes all. */
  method: string;
  /** For example `/chat/{sessionId}` or `/chat-api/{webhookId}/{proxy+}`. */
  resource: string;
}

export interface Match {
  route: Route;
  pathParameters: Record<string, string> | null;
}

export function toRoute(name: string, { method, path }: { method: string; path: string }): Route {
  return { name, method: method.toUpperCase(), resource: `/${path.replace(/^\//, '')}` };
}

/** The most exact route wins: a plain segment before a parameter, a parameter before `{proxy+}`. */
export function matchRoute(routes: readonly Route[], method: string, pathname: string): Match | undefined {
  const candidates = routes.filter((route) => route.method === method || route.method === 'ANY');
  for (const route of candidates.toSorted((a, b) => rank(a).localeCompare(rank(b)))) {
    const groups = patternOf(route.resource).exec(pathname)?.groups;
    if (groups) return { route, pathParameters: decodeAll(route.resource, Object.values(groups)) };
    if (route.resource === pathname) return { route, pathParameters: null };
  }
  return undefined;
}

function segmentsOf(resource: string): string[] {
  return resource.split('/').slice(1);
}

function rank({ resource, method }: Route): string {
  const ranks = segmentsOf(resource).map((segment) =>
    segment.endsWith('+}') ? 'c' : segment.startsWith('{') ? 'b' : 'a',
  );
  return `${ranks.join('')}${method === 'ANY' ? 'z' : ''}`;
}

function patternOf(resource: string): RegExp {
  const parts = segmentsOf(resource).map((segment, i) => {
    if (segment.endsWith('+}')) return `(?<p${i}>.+)`;
    return segment.startsWith('{') ? `(?<p${i}>[^/]+)` : segment.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^/${parts.join('/')}/?$`);
}

function decodeAll(resource: string, values: readonly string[]): Record<string, string> {
  const names = segmentsOf(resource).flatMap((segment) => /^\{(.+?)\+?\}$/.exec(segment)?.[1] ?? []);
  return Object.fromEntries(names.map((name, i) => [name, decode(values[i] ?? '')]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
