import type { Fields, NewEntry } from '../journal/index.ts';
import type { ResolvedMessage } from './messages.ts';

/** Late facts and edits: `message` is laid over the message, `refs` over its refs, field by field. */
export function amendMessage(
  entryId: string,
  { message = {}, refs = {} }: { readonly message?: Fields | undefined; readonly refs?: Fields | undefined },
): NewEntry {
  return { kind: 'amendment', payload: message, refs: { ...refs, entryId } };
}

/** Takes messages back. They stay in the journal, and out of what a model sees. */
export function retractMessages(entryIds: readonly string[]): NewEntry {
  return { kind: 'retraction', refs: { entryIds: [...entryIds] } };
}

/**
 * Takes the last messages back, as folded: append it with `expectedRev` of that fold, or somebody else's may have
 * become the last meanwhile.
 */
export function popMessages(messages: readonly ResolvedMessage[], count = 1): NewEntry {
  const real = messages.filter(({ synthetic }) => synthetic !== true);
  return retractMessages(real.slice(Math.max(0, real.length - count)).map(({ entryId }) => entryId));
}

/** A new beginning: a model sees nothing of what came before. */
export function clearMessages(): NewEntry {
  return { kind: 'clear' };
}

/**
 * A summary in place of the messages from `fromSeq` (included, default 0) to `toSeq` (excluded), earlier summaries
 * among them. A tool's result goes with its call.
 */
export function compactMessages({
  fromSeq = 0,
  toSeq,
  message,
}: {
  readonly fromSeq?: number | undefined;
  readonly toSeq: number;
  readonly message: Fields;
}): NewEntry {
  return { kind: 'compaction', payload: { fromSeq, toSeq, message } };
}
