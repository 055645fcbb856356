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
    ...examples,
    '',
    'Ctrl-C ends it all.',
    '',
  ].join('\n');
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(12)} ${text}`;
}
