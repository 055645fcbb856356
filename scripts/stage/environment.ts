/** What the functions of a deployed stage get as their environment: the settings that are no secret, within what Lambda takes. */
import { type Settings, settingsIn } from '../../local/settings.ts';
import { type Stage, secretNames, secretsPath } from './stage.ts';

/** All of a function's variables, as JSON: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const MAX_BYTES = 4096;
/** A reference to something of the stack: the URL of a queue has at most so many bytes. */
const REFERENCE_BYTES = 150;

/** The settings of .env and the shell, as they stand, and where the secrets are. */
export function environmentOf(stage: Pick<Stage, 'name' | 'env'>): Settings {
  const secret = new Set([...secretNames([]).values()].flat());
  const plain = Object.entries(settingsIn(stage.env)).filter(([name]) => !secret.has(name));
  return { SECRETS_PATH: secretsPath(stage), ...Object.fromEntries(plain) };
}

/** One half sentence for the function that has the most, or nothing; it names the largest setting. What is no text is taken for a reference. */
export function sizeProblem(...functions: Readonly<Record<string, unknown>>[]): string[] {
  const [most] = functions.map(sizeOf).toSorted((a, b) => b.bytes - a.bytes);
  if (!most?.largest || most.bytes <= MAX_BYTES) return [];
  const { bytes, largest } = most;
  return [
    `all settings together have ${bytes} bytes and a function takes ${MAX_BYTES}, of which ${largest.name} has ${largest.bytes}`,
  ];
}

function sizeOf(variables: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(variables).filter(([, value]) => value !== null && value !== undefined);
  const sizes = entries.map(([name, value]) => ({ name, bytes: JSON.stringify(`${name}${textOf(value)}`).length + 4 }));
  const texts = Object.fromEntries(entries.map(([name, value]) => [name, textOf(value)]));
  return {
    bytes: Buffer.byteLength(JSON.stringify(texts)),
    largest: sizes.toSorted((a, b) => b.bytes - a.bytes)[0],
  };
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? 'x'.repeat(REFERENCE_BYTES) : String(value);
}
