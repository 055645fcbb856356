/** Room of the settings: when the team is there, such as `Mo-Fr 09:00-17:00, Sa 10:00-12:00; 2026-12-25 off Europe/Berlin`. Pure. */

export interface Hours {
  /** IANA. */
  zone: string;
  /** Of one day of the week, 0 for Sunday; minutes since its midnight, `to` beyond 1440 where it ends on the next day. */
  ranges: readonly { day: number; from: number; to: number }[];
  /** Days on which nobody is there, such as `2026-12-25`. */
  off: ReadonlySet<string>;
}

const DAYS = ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa'];
const RULE = /^([A-Z][a-z])(?:-([A-Z][a-z]))? (\d\d):(\d\d)-(\d\d):(\d\d)$/;
const OFF = /^(\d{4}-\d\d-\d\d) off$/;
const MINUTES = 1440;

/** What is wrong, as a half sentence, where it cannot be read. */
export function parseHours(text: string): Hours | string {
  const [, rules = '', zone = ''] = /^(.*\S)\s+(\S+)$/s.exec(text.trim()) ?? [];
  const parts = rules.split(/[,;]/).map((part) => part.trim().replaceAll(/\s+/g, ' '));
  const ranges = parts.filter((part) => !OFF.test(part)).map(rangesOf);
  const wrong = ranges.indexOf(undefined);
  if (ranges.length === 0 || wrong >= 0)
    return 'must look like Mo-Fr 09:00-17:00, Sa 10:00-12:00; 2026-12-25 off Europe/Berlin';
  if (!isZone(zone)) return `must end with a time zone such as Europe/Berlin: there is no ${zone}`;
  return {
    zone,
    ranges: ranges.flatMap((all) => all ?? []),
    off: new Set(parts.flatMap((part) => OFF.exec(part)?.[1] ?? [])),
  };
}

/** From one day to another, over the end of the week, too; `undefined` for what is no rule. */
function rangesOf(rule: string): Hours['ranges'] | undefined {
  const [, first = '', last = first, ...times] = RULE.exec(rule) ?? [];
  const [from, until] = [DAYS.indexOf(first), DAYS.indexOf(last)];
  const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = times.map(Number);
  const [opens, closes] = [h1 * 60 + m1, h2 * 60 + m2];
  const isTime = (hours: number, minutes: number) => minutes < 60 && hours * 60 + minutes <= MINUTES;
  if (from < 0 || until < 0 || !isTime(h1, m1) || !isTime(h2, m2) || opens === closes) return undefined;
  const days = Array.from({ length: ((until - from + 7) % 7) + 1 }, (_, i) => (from + i) % 7);
  return days.map((day) => ({ day, from: opens, to: closes > opens ? closes : closes + MINUTES }));
}

function isZone(zone: string): boolean {
  try {
    return /^[A-Z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** Whether somebody is there at that time (ms). */
export function isOpen(hours: Hours, at: number): boolean {
  const { date, minute } = localOf(hours.zone, at);
  const began = (days: number, minutes: number) => {
    const on = dayAfter(date, days);
    return rangesOn(hours, on).some(({ from, to }) => from <= minutes && minutes < to);
  };
  return began(0, minute) || began(-1, minute + MINUTES);
}

/** When somebody is there again after that time (ms); `undefined` where that is not within a year. */
export function nextOpening(hours: Hours, at: number): number | undefined {
  const { date } = localOf(hours.zone, at);
  for (let days = 0; days <= 366; days++) {
    const on = dayAfter(date, days);
    const opens = rangesOn(hours, on).map(({ from }) => instantOf(hours.zone, on, from));
    const next = opens.filter((instant) => instant > at).sort((a, b) => a - b)[0];
    if (next !== undefined) return next;
  }
  return undefined;
}

function rangesOn({ ranges, off }: Hours, date: number): Hours['ranges'] {
  if (off.has(new Date(date).toISOString().slice(0, 10))) return [];
  return ranges.filter(({ day }) => day === new Date(date).getUTCDay());
}

/** A calendar day as its midnight in UTC: it knows no clock change. */
function dayAfter(date: number, days: number): number {
  return date + days * 86_400_000;
}

/** What a clock on the wall there shows. */
function localOf(zone: string, at: number): { date: number; minute: number } {
  const shown = at + offsetOf(zone, at);
  const date = Math.floor(shown / 86_400_000) * 86_400_000;
  return { date, minute: Math.floor((shown - date) / 60_000) };
}

/** When the clock there shows that minute of the day; looked for twice, as the first guess may be on the other side of a clock change. */
function instantOf(zone: string, date: number, minute: number): number {
  const shown = date + minute * 60_000;
  const guess = shown - offsetOf(zone, shown);
  return shown - offsetOf(zone, guess);
}

/** How far (ms) the clock there is ahead of UTC. */
function offsetOf(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return shown - Math.floor(at / 1000) * 1000;
}
