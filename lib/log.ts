/** Room of the log: one JSON line per event, for CloudWatch: ids, counts and milliseconds only, never a message's text, a key or a header. */
import { Console } from 'node:console';
import { hash } from 'node:crypto';

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;
export type Log = (event: string, fields?: Fields) => void;

/**
 * One of our own: Lambda's runtime puts time, request and level in front of whatever the global console says, and CloudWatch finds
 * the fields of a line (metric filters, embedded metrics) only where the whole line is JSON.
 */
const out = new Console(process.stdout);

/** Writes one line as it stands; the only way out for whatever a function has to say. */
export function writeLine(line: Readonly<Record<string, unknown>>): void {
  out.log(JSON.stringify(line));
}

export const logLine: Log = (event, fields) => writeLine({ time: new Date().toISOString(), event, ...fields });

/** A conversation or user as it appears in logs and at Claude: recognisable again, but not readable. */
export function pseudonym(...parts: string[]): string {
  return hash('sha256', parts.join('\u0000')).slice(0, 16);
}

/** Which message a line is about. */
interface About {
  platform: string;
  conversation: string;
  messageId: string;
}

/** What an apology tells the user, who can tell it an operator: `npm run bot -- show` takes it. */
export function referenceOf({ platform, conversation, messageId }: About): string {
  return pseudonym(platform, conversation, messageId).slice(0, 8);
}

/** What every line about a message carries, from the webhook to Reconify: by `inbound` all of them are found. */
export function labelsOf({ platform, conversation, messageId }: About) {
  return { conversation: pseudonym(platform, conversation), inbound: messageId };
}

/** The same log, for lines about one message. */
export function labelled(log: Log, about: About): Log {
  return (event, fields) => log(event, { ...labelsOf(about), ...fields });
}

/** What may be said of a caught error in a log: its class and our own words, not the message of a foreign library. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
