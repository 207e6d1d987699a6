import { type Agent, appendToThread, type NewEntry, newThread, type Thread } from 'thread-journal';

/** An agent: any object with an id, a type, a state and a thread. */
export class Planner implements Agent {
  static readonly type: string = 'planner';
  static create(id: string): Planner {
    return new Planner(id);
  }

  readonly type = 'planner';
  readonly id: string;
  state = { bookings: 0, done: false };
  thread: Thread;

  constructor(id: string) {
    this.id = id;
    this.thread = newThread(`trip-${id}`);
  }

  add(entry: NewEntry): this {
    this.thread = appendToThread(this.thread, entry);
    return this;
  }
}
