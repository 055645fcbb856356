/** Room of events: the body that each kind of receiver takes. Pure. */
import type { EventFormat } from '../config/events.ts';
import type { ToldEvent } from './event.ts';

/** The event (JSON) as a receiver of that kind takes it; ours as it stands. */
export function inFormat(format: EventFormat, event: string): string {
  return format === 'standard' ? event : JSON.stringify(WRITERS[format](JSON.parse(event) as ToldEvent));
}

const WRITERS = { slack, teams } as const;

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
function slack(event: ToldEvent) {
  const lines = linesOf(event).map(({ by, text }) => `> *${escaped(by)}:* ${escaped(text).replaceAll('\n', '\n> ')}`);
  return { text: [escaped(event.text), ...lines].join('\n'), unfurl_links: false, unfurl_media: false };
}

/** What a user wrote must neither ring everybody nor hide where a link leads. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A card, since a flow takes nothing else; in runs of text, which know no Markdown: https://adaptivecards.io/explorer/TextRun.html */
function teams(event: ToldEvent) {
  const paragraph = (...inlines: object[]) => ({ type: 'RichTextBlock', inlines });
  const run = (text: string, weight = 'Default') => ({ type: 'TextRun', text, weight });
  const lines = linesOf(event).map(({ by, text }) => paragraph(run(`${by}: `, 'Bolder'), run(text)));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [paragraph(run(event.text)), ...lines],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

/** What was said last, where the event tells it. */
export function linesOf({ data: { messages } }: ToldEvent): { by: string; text: string }[] {
  if (!Array.isArray(messages)) return [];
  return messages.map(({ by, text }: { by: unknown; text: unknown }) => ({ by: String(by), text: String(text) }));
}
