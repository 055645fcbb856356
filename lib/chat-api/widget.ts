/** The Chat API server: the script that puts the webchat widget on a page. A short-lived name leads to one that never changes. */
import { gunzipSync } from 'node:zlib';
import type { Env, Hono } from 'hono';

/** As the build made it. */
export interface WidgetFile {
  /** Has the hash of its content in it. */
  name: string;
  /** Gives the script, gzipped. */
  load(): Promise<Uint8Array<ArrayBuffer>>;
}

/** How long (s) a page may have the widget of before a deployment. */
const SHORT = 300;
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Adds both to the server; without a file they are not there. */
export function serveWidget<E extends Env>(server: Hono<E>, file: WidgetFile | undefined): void {
  if (!file) return;
  server.get('/widget.js', ({ body }) => body(loader(file.name), 200, headers(`public, max-age=${SHORT}`)));
  server.get(`/${file.name}`, async ({ req, body }) => {
    const script = await file.load();
    const isGzip = /\bgzip\b/.test(req.header('accept-encoding') ?? '');
    const encoding = isGzip ? { 'content-encoding': 'gzip' } : undefined;
    return body(isGzip ? script : gunzipSync(script), 200, {
      ...headers(FOR_EVER),
      vary: 'accept-encoding',
      ...encoding,
    });
  });
}

/** Its own tag hands on what it was told, and the nonce by which the page let it in. A tag of `type="module"` is told to no script. */
function loader(name: string): string {
  return `(()=>{const own=document.currentScript??document.querySelector('script[src$="/widget.js"]'),next=document.createElement('script');Object.assign(next.dataset,own.dataset);next.nonce=own.nonce;next.src=new URL('${name}',own.src);own.after(next)})()\n`;
}

/** Pages that isolate themselves may have it, too. */
function headers(cacheControl: string) {
  return {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': cacheControl,
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  };
}
