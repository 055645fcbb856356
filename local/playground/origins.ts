/** The playground: as a page that the doors for browsers let in. */
import type { Settings } from '../settings.ts';

/** The settings with the page's origin beside those that are allowed anyway. */
export function allowPlayground(settings: Settings, port: number): Settings {
  const own = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  return { ...settings, ALLOWED_ORIGINS: [settings.ALLOWED_ORIGINS, ...own].filter(Boolean).join(',') };
}
