/** The embedded stack: what the terminal says when everything is up. */
import { standIns } from './stand-ins.ts';
import type { Status } from './status.ts';

/** The start-up text: what is real, what is a stand-in, every URL, and what to try. */
export function announce({ urls, standIns: inUse }: Status, dataDir: string | undefined): string {
  const services = standIns.map(({ name, title, instead }) =>
    row(title, inUse[name] ? `stand-in at ${inUse[name]} (for the real one ${instead})` : 'real'),
  );
  const data = dataDir ? `embedded, kept in ${dataDir}` : 'embedded, in memory (DATA_DIR keeps it)';
  const examples = standIns.flatMap(({ name, examples }) => {
    const url = inUse[name];
    return url && examples ? ['', ...examples(url)] : [];
  });
  return [
    '',
    'claude-behind-chat is up.',
    '',
    ...services,
    row('DynamoDB', data),
    row('SQS', data),
    '',
    ...Object.entries(urls).map(([name, url]) => row(name, url.replace('/{proxy+}', ''))),
    ...tunnelFor(urls, inUse),
    ...examples,
    '',
    'Ctrl-C ends it all.',
    '',
  ].join('\n');
}

/** What a real service has to be told, so that its webhooks arrive here. */
function tunnelFor(urls: Status['urls'], inUse: Status['standIns']): string[] {
  const hooks = standIns.flatMap(({ name, title, hook }) => (hook && !inUse[name] ? [row(title, `…${hook}`)] : []));
  const door = urls.talkjs ?? urls.botpress;
  if (hooks.length === 0 || door === undefined) return [];
  return [
    '',
    'Real services reach this machine through a tunnel, for example',
    `  cloudflared tunnel --url ${new URL(door).origin}`,
    'Enter the address that it prints as the webhook, with this behind it:',
    ...hooks,
  ];
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(13)} ${text}`;
}
