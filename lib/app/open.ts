/** What every root shares: settings are read once per environment, and a failed start is tried again by the next request. */
import { type Env, type GroupName, processEnv, readSettings, type Settings, secretsOf } from '../config.ts';
import { openSecrets } from '../secrets.ts';

/** By what opens them: everything that this process opened. A check builds each of them with other settings, and asks nobody. */
export const roots: ((env: Env) => unknown)[] = [];

/**
 * Begins at once, so that a cold start does its work before the first request; gives the built app, anew only when the secrets were
 * read anew. Throws `BadSettings` or SSM's error as long as it cannot be built.
 */
export function openApp<G extends GroupName, App>(names: readonly G[], build: (settings: Settings<G>) => App) {
  const secrets = openSecrets(processEnv, secretsOf(names, processEnv), Date.now);
  let built: { env: unknown; app: App } | undefined;
  const open = async (): Promise<App> => {
    const env = await secrets();
    if (built?.env !== env) built = { env, app: build(readSettings(env, names)) };
    return built.app;
  };
  open().catch(() => {});
  roots.push((env) => build(readSettings(env, names)));
  return open;
}
