import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { background, inCleanContext, type Store } from '../journal/index.ts';
import { markOf } from './mark.ts';

/** Milliseconds between two notifications: at most a hundred a second, however many appends there are. */
const APART = 10;
/** Bytes of a payload; PostgreSQL refuses 8,000. */
const LONGEST = 7_900;

/** What a notification says: who it is from, and which threads it is about; undefined when there were too many. */
export interface Notification {
  readonly from: string;
  readonly marks: readonly string[] | undefined;
}

export function parseNotification(payload: string): Notification {
  const [from = '', about = '*'] = payload.split(' ');
  return { from, marks: about === '*' ? undefined : about.split(',') };
}

/**
 * Tells other processes of commits: after them, never in them, since a NOTIFY inside a transaction makes all commits of
 * the server take turns. The first goes at once, those that follow it together. What cannot be sent is dropped:
 * notifications are hints.
 */
export class Notifier {
  /** By which we know our own. */
  readonly from: string = randomUUID();
  readonly #send: (payload: string) => Promise<unknown>;
  readonly #marks = new Set<string>();
  #work: Promise<void> | undefined;

  constructor(store: Store, notify: NonNullable<Store['dialect']['notify']>, channel: string) {
    this.#send = payload => {
      const { sql, parameters } = notify(channel, payload);
      return background(store)({ operation: 'notify' }, scope =>
        scope.once(session => session.run(store.dialect.statement(sql), parameters)),
      );
    };
  }

  add(threadId: string): void {
    this.#marks.add(markOf(threadId));
    this.#work ??= inCleanContext(() => this.#run());
  }

  /** Until everything is sent. */
  async flush(): Promise<void> {
    await this.#work;
  }

  async #run(): Promise<void> {
    while (this.#marks.size > 0) {
      const about = [...this.#marks].join(',');
      this.#marks.clear();
      const payload = `${this.from} ${about}`;
      await this.#send(payload.length > LONGEST ? `${this.from} *` : payload).catch(() => {});
      await setTimeout(APART);
    }
    this.#work = undefined;
  }
}
