/** The embedded stack: what the shell says of AWS and of proxies, kept away from what runs on this machine only. */
import { devNull } from 'node:os';

/** Its own names and those of curl; Node knows both. */
const NO_PROXY = ['NO_PROXY', 'no_proxy'];
const LOOPBACK = ['localhost', '127.0.0.1', '::1', '[::1]'];

/**
 * To be called before any client of AWS is made: FIPS, dual stack, profiles, other endpoints, whether in the shell or in ~/.aws, each
 * stop one or send it to AWS. Whoever needs a proxy for the real services goes on using it, but not for what is here.
 */
export function detach(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) if (name.startsWith('AWS_')) delete env[name];
  Object.assign(env, {
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  const given = NO_PROXY.map((name) => env[name]).find(Boolean);
  for (const name of NO_PROXY) env[name] = [...LOOPBACK, ...(given ? [given] : [])].join(',');
}
