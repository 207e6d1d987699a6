import { channel } from 'node:diagnostics_channel';

/** What happens to snapshots behind a caller's back: no call ever fails because of it. Never holds a payload. */
export type SnapshotEvent =
  /** Segments were not used: they, or the journal under them, are not what they must be. */
  | {
      readonly event: 'ignored';
      readonly threadId: string;
      readonly reason: 'segments' | 'journal';
      readonly fromSeq: number;
    }
  | { readonly event: 'sealed'; readonly threadId: string; readonly fromSeq: number; readonly toSeq: number }
  /** The thread's history does not hold: it gets no snapshot. `verify` says what is wrong. */
  | { readonly event: 'refused'; readonly threadId: string; readonly error: unknown }
  | { readonly event: 'failed'; readonly threadId: string; readonly error: unknown };

const snapshots = channel('thread-journal:snapshot');

export function report(event: SnapshotEvent): void {
  if (snapshots.hasSubscribers) snapshots.publish(event);
}
