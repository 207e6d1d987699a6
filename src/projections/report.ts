import { channel } from 'node:diagnostics_channel';

/** What happens to projections behind a caller's back. Never holds a payload; an `error` is the host's own. */
export type ProjectionEvent = { readonly name: string; readonly version: number } & (
  | /** A kept state is not what was kept: passed over, and replaced. */
  { readonly event: 'ignored'; readonly threadId: string; readonly rev: number }
  /** A state could not be kept; the fold was answered all the same. */
  | { readonly event: 'failed'; readonly threadId: string; readonly error: unknown }
  /** A projector handled entries, and stored its cursor with them. */
  | { readonly event: 'handled'; readonly entries: number }
  /** Something failed, and is tried again after so many milliseconds. */
  | { readonly event: 'retry'; readonly error: unknown; readonly delayMs: number }
  | { readonly event: 'parked'; readonly threadId: string; readonly seq: number; readonly error: unknown }
  /** This projector has, or has no longer, the right to run the projection. */
  | { readonly event: 'lease'; readonly held: boolean }
  /** This version is the one to read from now on. */
  | { readonly event: 'live' }
);

const projections = channel('thread-journal:projection');

export function report(event: ProjectionEvent): void {
  if (projections.hasSubscribers) projections.publish(event);
}
