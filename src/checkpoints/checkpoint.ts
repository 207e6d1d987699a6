import type { CallOptions } from '../journal/index.ts';
import type { CheckpointKey } from './key.ts';

/** A checkpoint without its value. */
export interface CheckpointHead {
  readonly key: CheckpointKey;
  /** 1 when it is first put, one more with each put. Deleted and put again, it starts at 1. */
  readonly version: number;
  /** Epoch milliseconds of the last put. */
  readonly updatedAt: number;
}

export interface Checkpoint extends CheckpointHead {
  readonly value: unknown;
}

export interface ChangeOptions extends CallOptions {
  /** The guard: change it only if it is at this version now. 0 = there must be none. Default: no check. */
  readonly expectedVersion?: number | undefined;
}

export interface ListOptions extends CallOptions {
  /** A string: keys that are strings and begin with it. An array: keys that are arrays and begin with its elements. Default: all. */
  readonly prefix?: string | readonly CheckpointKey[] | undefined;
}
