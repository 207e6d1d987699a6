import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Store } from '../journal/index.ts';

/** The forms that a segment's body may have; a segment of another number is not ours to read. */
export type Format = typeof PLAIN | typeof PACKED;

/** The text as it is: quickest where the database is in this process. */
export const PLAIN = 1;
/** Zstandard, in base64, behind the text's length in bytes: a fraction of the size, where bodies travel over a network. */
export const PACKED = 2;

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Room for the text in one chunk: the default of 16 KiB would copy each text five times. */
const SPARE = 64;

export function bodyFormat({ dialect }: Store): Format {
  return dialect.remote ? PACKED : PLAIN;
}

/** Here and now, 0.1 ms for a full segment: to hand it to a thread of the pool and back takes this one twice as long. */
export function encodeBody(format: Format, text: string): string {
  if (format === PLAIN) return text;
  return `${Buffer.byteLength(text)}:${zstdCompressSync(text, FAST).toString('base64')}`;
}

/** Throws when the body is not of that format. */
export function decodeBody(format: number, body: string): string {
  if (format === PLAIN) return body;
  const colon = body.indexOf(':');
  const chunkSize = Number(body.slice(0, colon)) + SPARE;
  const packed = Buffer.from(body.slice(colon + 1), 'base64');
  return zstdDecompressSync(packed, { chunkSize, maxOutputLength: chunkSize }).toString();
}

export function isFormat(format: number): format is Format {
  return format === PLAIN || format === PACKED;
}
