import { crc32 } from 'node:zlib';
import type { Entry } from '../journal/index.ts';
import { decodeBody, encodeBody, type Format } from './body.ts';
import { addEntries } from './columns.ts';

/** A sealed run of one generation's entries: seqs from `fromSeq` (included) to `toSeq` (excluded). */
export interface Segment {
  readonly threadId: string;
  readonly generation: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** The journal's hash chain at `toSeq`. */
  readonly hash: string;
  readonly body: string;
  /** Over all the rest, and the hash that the chain had at `fromSeq`. */
  readonly digest: string;
  readonly format: number;
}

/** A segment before its body is encoded. */
export interface Run extends Omit<Segment, 'body' | 'digest' | 'format'> {
  readonly previousHash: string;
  readonly text: string;
}

export function sealed({ text, previousHash, ...place }: Run, format: Format): Segment {
  const segment = { ...place, format, body: encodeBody(format, text) };
  return { ...segment, digest: digestOf(segment, previousHash) };
}

/** Adds the segment's entries to `into`, as callers see them. Throws when the body is not one that we make. */
export function unpack({ threadId, fromSeq, toSeq, format, body }: Segment, into: Entry[]): void {
  addEntries(decodeBody(format, body), threadId, fromSeq, toSeq - fromSeq, into);
}

/**
 * What the segment's digest must be, given the chain's hash at its start: so a segment that was damaged, or moved to
 * another place or thread, or that follows another history than it was made of, is not taken for good.
 *
 * A CRC: it is checked at each load, where SHA-256 would take a third of the time of parsing. Whoever can write the
 * table can make a digest that fits, of either kind; `verify` compares with the journal itself.
 */
export function digestOf(segment: Omit<Segment, 'digest'>, previousHash: string): string {
  const { threadId, generation, fromSeq, toSeq, hash, body, format } = segment;
  const facts = JSON.stringify([format, threadId, generation, fromSeq, toSeq, previousHash, hash]);
  return crc32(body, crc32(facts)).toString(16).padStart(8, '0');
}
