import { hash } from 'node:crypto';

/** An entry as stored: what the hash chain covers. */
export interface StoredEntry {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly payload: string;
  readonly refs: string;
}

/**
 * The chain's start. It holds the thread's id, so that histories swapped between two threads do not verify; it leaves
 * the generation out, so that a thread built in memory has its hash before it is ever stored.
 */
export function genesisHash(threadId: string): string {
  return hash('sha256', `thread-journal\n${lengthPrefixed(threadId)}`, 'hex');
}

/** sha256 over the entry's stored fields, each with its length before it, so that no two entries share an encoding. */
export function entryDigest(entry: StoredEntry, encoding: 'hex' | 'binary' = 'hex'): string {
  const { id, at, kind, payload, refs } = entry;
  const fields = `${lengthPrefixed(id)}${lengthPrefixed(String(at))}${lengthPrefixed(kind)}${lengthPrefixed(payload)}${lengthPrefixed(refs)}`;
  return hash('sha256', fields, encoding);
}

/** One for all calls: a verification makes millions of them. */
const link = Buffer.alloc(64);

/** One link: `sha256(previous ‖ digest)`. The append statement folds the same on PostgreSQL. */
export function chainHash(previous: string, digest: string): string {
  // What is no hash is shorter, and must not leave an older one's bytes in place.
  link.fill(0);
  link.write(previous, 0, 32, 'hex');
  link.write(digest, 32, 32, 'hex');
  return hash('sha256', link, 'hex');
}

/** The chain carried over many entries: as links one by one, but no hash is written out that nobody asks for. */
export class Chain {
  readonly #link = Buffer.alloc(64);

  constructor(hash: string) {
    this.#link.write(hash, 0, 32, 'hex');
  }

  get hash(): string {
    return this.#link.toString('hex', 0, 32);
  }

  add(entry: StoredEntry): void {
    this.#link.write(entryDigest(entry, 'binary'), 32, 32, 'binary');
    this.#link.write(hash('sha256', this.#link, 'binary'), 0, 32, 'binary');
  }
}

function lengthPrefixed(text: string): string {
  return `${Buffer.byteLength(text)}:${text}`;
}
