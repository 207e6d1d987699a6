import type { SnapshotEvent } from '../../src/index.ts';
import { eventsOf } from '../support/events.ts';

/** What is told about snapshots of one thread until the test ends. */
export const snapshotEvents = (thread: string): readonly SnapshotEvent[] =>
  eventsOf<SnapshotEvent>('thread-journal:snapshot', ({ threadId }) => threadId === thread);
