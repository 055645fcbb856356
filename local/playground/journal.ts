/** The playground: keeps what was heard of the turns, so that each can be told from its beginning. */
import type { Heard } from './hear.ts';

/** One posted record of the interaction log. */
export interface Logged {
  /** The conversation's pseudonym. */
  session: string;
  /** When its call began (ms). */
  requestedAt: number;
  /** When it was out (ms). */
  at: number;
}

export interface Journal {
  add(heard: Heard): void;
  /** A record of Reconify that belongs to a `record-sent`. */
  addLogged(logged: Logged): void;
  /** A turn was seen as claimed; the first time counts. */
  noteClaim(id: string, at: number): void;
  claimOf(id: string): number | undefined;
  /** All events; those that name this message; those of a time that name none. */
  all(): readonly Heard[];
  eventsOf(id: string): readonly Heard[];
  unnamed(since: number, until: number): readonly Heard[];
  loggedOf(session: string): readonly Logged[];
  /** Resolves at the next event, or after `ms`. */
  next(ms: number): Promise<void>;
  wake(): void;
}

/** Far more than anybody looks back on; the oldest are forgotten. */
const MAX_EVENTS = 5000;

export function openJournal(): Journal {
  const events: Heard[] = [];
  const logged: Logged[] = [];
  const claims = new Map<string, number>();
  const waiting = new Set<() => void>();

  const wake = () => {
    for (const resume of waiting) resume();
    waiting.clear();
  };

  function keep<T>(list: T[], item: T) {
    list.push(item);
    if (list.length > MAX_EVENTS) list.shift();
    wake();
  }

  return {
    add: (heard) => keep(events, heard),
    addLogged: (one) => keep(logged, one),
    noteClaim: (id, at) => {
      if (!claims.has(id)) claims.set(id, at);
    },
    claimOf: (id) => claims.get(id),
    all: () => events,
    eventsOf: (id) => events.filter(({ fields }) => fields.inbound === id),
    unnamed: (since, until) =>
      events.filter(({ fields, time }) => fields.inbound === undefined && time >= since && time <= until),
    loggedOf: (session) => logged.filter((one) => one.session === session),
    next: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(done, ms);
        function done() {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        }
        waiting.add(done);
      }),
    wake,
  };
}
