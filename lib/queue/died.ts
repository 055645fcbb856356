/** Room of the queue: why something is among the dead letters, beside its body, so that it goes back to its queue as it was. Pure. */
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Died } from '../types.ts';

/** Attributes are for people to read. */
const MAX_CHARS = 200;

/** As attributes of a message; SQS takes no empty ones. */
export function beside(died: Died | undefined): { MessageAttributes?: Record<string, MessageAttributeValue> } {
  if (!died) return {};
  const { to = '', reason } = died;
  const noted = Object.entries({ to, reason }).filter(([, value]) => value !== '');
  return { MessageAttributes: Object.fromEntries(noted.map(([name, value]) => [name, attribute(value)])) };
}

function attribute(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value.replace(/[^ -~]/g, '?').slice(0, MAX_CHARS) };
}

/** What `beside` has put there; nothing of what SQS itself has moved. */
export function diedOf({ MessageAttributes: { to, reason } = {} }: Message): Partial<Died> {
  return {
    ...(to?.StringValue === undefined ? {} : { to: to.StringValue }),
    ...(reason?.StringValue === undefined ? {} : { reason: reason.StringValue }),
  };
}
