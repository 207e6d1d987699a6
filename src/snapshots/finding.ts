/** What is wrong. Those of `snapshot` can be repaired: the journal has it all. */
export type Damage =
  /** Entries without a head. */
  | 'head-missing'
  /** A head, with all it has, of which an erasure record says that it was deleted. */
  | 'thread-erased'
  | 'metadata-undecodable'
  | 'entries-missing'
  /** More entries than the head's rev says. */
  | 'entries-unexpected'
  | 'entry-undecodable'
  /** The hash chain over the entries does not end in the head's hash: something in the range is not as it was recorded. */
  | 'history-changed'
  /** A segment of no thread, of a generation that is gone, or beyond the thread's rev. */
  | 'segment-stray'
  | 'segment-unknown-format'
  /** A segment that does not begin where the one before it ends. */
  | 'segment-out-of-place'
  /** A segment that is not as it was made. */
  | 'segment-damaged'
  /** A segment as it was made, of other entries than the journal's. */
  | 'segment-differs';

/** One difference that `verify` found. Never holds a payload. */
export interface Finding {
  readonly threadId: string;
  readonly damage: Damage;
  /** Where it is: in the journal, which nothing repairs but a backup, or in a snapshot of it. */
  readonly of: 'journal' | 'snapshot';
  /** First seq concerned. */
  readonly fromSeq: number;
  /** Last seq concerned, excluded. */
  readonly toSeq: number;
  /** True when the segment was removed, and made again where it belongs. */
  readonly repaired: boolean;
}
