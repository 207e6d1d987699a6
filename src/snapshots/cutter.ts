import { Chain, genesisHash, type StoredEntry } from '../journal/index.ts';
import { textOf } from './columns.ts';
import type { Run } from './segment.ts';

/** A segment is full at so many characters of payloads and refs, or at `segmentEntries`, whichever comes first. */
const FULL_CHARACTERS = 65_536;

export interface Start {
  readonly seq: number;
  /** The hash chain there. */
  readonly hash: string;
}

export function startOf(threadId: string): Start {
  return { seq: 0, hash: genesisHash(threadId) };
}

/**
 * Cuts a thread's entries into the runs that segments are made of. Where it cuts follows from the entries alone, so everybody who seals a history
 * makes the same segments of it, but for the last, which need not be full.
 */
export class Cutter {
  readonly #thread: { readonly threadId: string; readonly generation: string };
  readonly #segmentEntries: number;
  #start: Start;
  readonly #chain: Chain;
  #entries: StoredEntry[] = [];
  #characters = 0;

  constructor(thread: { readonly threadId: string; readonly generation: string }, segmentEntries: number, from: Start) {
    this.#thread = thread;
    this.#segmentEntries = segmentEntries;
    this.#start = from;
    this.#chain = new Chain(from.hash);
  }

  /** The seq of the entry that comes next. */
  get seq(): number {
    return this.#start.seq + this.#entries.length;
  }

  /** The hash chain there. */
  get hash(): string {
    return this.#chain.hash;
  }

  /** Takes the next entry, and gives the run it completes. Throws when a value of that run cannot be decoded. */
  add(entry: StoredEntry): Run | undefined {
    this.#entries.push(entry);
    this.#characters += entry.payload.length + entry.refs.length;
    this.#chain.add(entry);
    const full = this.#entries.length >= this.#segmentEntries || this.#characters >= FULL_CHARACTERS;
    return full ? this.rest() : undefined;
  }

  /** What was added since the last run, as one of its own. */
  rest(): Run | undefined {
    if (this.#entries.length === 0) return undefined;
    const run = {
      ...this.#thread,
      fromSeq: this.#start.seq,
      toSeq: this.seq,
      previousHash: this.#start.hash,
      hash: this.hash,
      text: textOf(this.#entries),
    };
    this.#start = { seq: run.toSeq, hash: run.hash };
    this.#entries = [];
    this.#characters = 0;
    return run;
  }
}
