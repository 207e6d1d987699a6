import { createHash, hash } from 'node:crypto';

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
export function entryDigest(entry: StoredEntry): string {
  const { id, at, kind, payload, refs } = entry;
  return hash('sha256', [id, String(at), kind, payload, refs].map(lengthPrefixed).join(''), 'hex');
}

/** One link: `sha256(previous ‖ digest)`. The append statement folds the same on PostgreSQL. */
export function chainHash(previous: string, digest: string): string {
  return createHash('sha256').update(previous, 'hex').update(digest, 'hex').digest('hex');
}

function lengthPrefixed(text: string): string {
  return `${Buffer.byteLength(text)}:${text}`;
}
