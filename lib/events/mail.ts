/** Room of events: the receiver of handoffs by e-mail, through a topic of SNS whose one subscriber is EVENTS_EMAIL. */
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { causeOf } from '../errors.ts';
import { PATIENCE_MS, type Receiver } from './deliver.ts';
import type { ToldEvent } from './event.ts';
import { linesOf } from './formats.ts';

/** A subject of SNS has at most 100 characters of ASCII, and no line break. */
const SUBJECT_CHARS = 100;

/** Mails what an event says, and what was said last. */
export function mailReceiver(topicArn: string): Receiver {
  const sns = new SNSClient();
  return {
    isNoted: true,
    post: async ({ body }) => {
      const event = JSON.parse(body) as ToldEvent;
      const command = new PublishCommand({ TopicArn: topicArn, Subject: subjectOf(event), Message: messageOf(event) });
      try {
        await sns.send(command, { abortSignal: AbortSignal.timeout(PATIENCE_MS) });
        return undefined;
      } catch (error) {
        return `sns: ${causeOf(error)}`;
      }
    },
  };
}

function subjectOf({ type, platform, conversation }: ToldEvent): string {
  const what = `${type.replace('.', ' ')}: ${platform} ${conversation}`;
  return what.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_CHARS);
}

function messageOf(event: ToldEvent): string {
  const said = linesOf(event).map(({ by, text }) => `${by}: ${text}`);
  return [event.text, ...(said.length > 0 ? ['', 'What was said last:', ...said] : []), '', HOW].join('\n');
}

const HOW = 'What to do: docs/handoff.md, "On call, in three steps".';
