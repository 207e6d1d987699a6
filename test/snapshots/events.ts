import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { onTestFinished } from 'vitest';
import type { SnapshotEvent } from '../../src/index.ts';

/** What is told about snapshots of one thread until the test ends. */
export function eventsOf(threadId: string): readonly SnapshotEvent[] {
  const events: SnapshotEvent[] = [];
  const listen = (message: unknown): void => {
    const event = message as SnapshotEvent;
    if (event.threadId === threadId) events.push(event);
  };
  subscribe('thread-journal:snapshot', listen);
  onTestFinished(() => {
    unsubscribe('thread-journal:snapshot', listen);
  });
  return events;
}
