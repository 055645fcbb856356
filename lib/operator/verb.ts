/** Room of the operator: what its verbs work on, and what they answer. `npm run bot` and `POST /operator` share them. */
import type { Letters } from '../queue/letters.ts';
import type { TurnsQueue } from '../queue.ts';
import type { Forget } from '../store/forget.ts';
import type { ForgetUser } from '../store/forget-user.ts';
import type { Table } from '../store/items.ts';
import type { Store } from '../store/store.ts';
import type { Rate } from '../turn/rate.ts';

/** A verb throws `Rejected` for what the operator can put right: 404 for what is not known, 409 for what cannot be as things are. */
export interface OperatorDeps {
  store: Store;
  table: Table;
  forget: Forget;
  forgetUser: ForgetUser;
  rate: Rate;
  /** Of turns.fifo. */
  put: TurnsQueue['put'];
  /** What lies among the dead letters of each queue. */
  deadTurns: Letters;
  deadEvents: Letters;
  deadRecords: Letters;
  /** Whose sessions of /chat may be meant by their bare names. */
  callers: readonly string[];
  /** How far back is looked for a reference or a hash. */
  days: number;
  /** When (ms) what takes long is broken off. */
  until?: number;
  now(): number;
}

/** The same for people and for programs. */
export interface Answer {
  text: string;
  json: unknown;
  /** Of what is handed out as JSON lines, in the place of both. */
  lines?: readonly string[];
  /** Where they end before it is all: to be asked with again. */
  next?: string | undefined;
}
