/** The playground: finds out whose record it was that just reached Reconify. */
import type { Heard } from './hear.ts';
import type { Journal } from './journal.ts';
import { isObject, type Others } from './others.ts';

/** The log names a record by its id alone; the record itself names the conversation and the time of the call. */
export function followRecords({ journal, others }: { journal: Journal; others: Others }): (heard: Heard) => void {
  return ({ event, fields, time }) => {
    if (event === 'record-sent' && fields.to === 'reconify') void find(String(fields.log), time).catch(() => {});
  };

  async function find(log: string, at: number) {
    const record = (await others.records()).find(({ id }) => id === log);
    const payload = record?.payload;
    if (!isObject(payload) || !isObject(payload.timestamps)) return;
    journal.addLogged({ session: String(payload.session), requestedAt: Number(payload.timestamps.request), at });
  }
}
