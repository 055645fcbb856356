/** Stop 8. The log's place in the table, as its rooms see it. */

export interface Shelf {
  /** Takes a record on its way to one receiver for `leaseMs`, so that two deliveries of it are not both posted. */
  claim(id: string, to: string, leaseMs: number): Promise<'mine' | 'held' | 'delivered'>;
  /** Ends the lease early. */
  release(id: string, to: string): Promise<void>;
  /** From now on a repeat of the record is known as one. */
  finish(id: string, to: string): Promise<void>;
  /** Those who have it. */
  finished(id: string): Promise<string[]>;
  /** Keeps `bytes` in as many items as they need; doing it again changes nothing. */
  park(id: string, bytes: Uint8Array): Promise<void>;
  /** What was parked, or `undefined` when not all of it is there. */
  fetch(id: string): Promise<Uint8Array | undefined>;
  /** Removes what was parked. */
  clear(id: string): Promise<void>;
  /** Notes a parked record that the queue did not take: the next delivery looks here. */
  strand(id: string): Promise<void>;
  /** At most `limit` ids of such records. */
  stranded(limit: number): Promise<string[]>;
  unstrand(id: string): Promise<void>;
}
