import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRawSync } from 'node:zlib';
import type { Store } from '../journal/index.ts';

/** The forms that a segment's body may have; a segment of another number is not ours to read. */
export type Format = typeof PLAIN | typeof DEFLATED;

/** The text as it is: quickest where the database is in this process. */
export const PLAIN = 1;
/** Deflated, in base64, behind the text's length in bytes: a third of the size, where bodies travel over a network. */
export const DEFLATED = 2;

const deflate = promisify(deflateRaw);

export function bodyFormat({ dialect }: Store): Format {
  return dialect.remote ? DEFLATED : PLAIN;
}

/** In a thread of the pool: a host's event loop goes on meanwhile. */
export async function encodeBody(format: Format, text: string): Promise<string> {
  if (format === PLAIN) return text;
  const packed = await deflate(text, { level: constants.Z_BEST_SPEED });
  return `${Buffer.byteLength(text)}:${packed.toString('base64')}`;
}

/** Throws when the body is not of that format. */
export function decodeBody(format: number, body: string): string {
  if (format === PLAIN) return body;
  const colon = body.indexOf(':');
  const bytes = Number(body.slice(0, colon));
  // One chunk of the right size: the default of 16 KiB would copy each text five times.
  const chunkSize = Math.max(bytes, 64) + 1;
  const text = inflateRawSync(Buffer.from(body.slice(colon + 1), 'base64'), { chunkSize, maxOutputLength: chunkSize });
  return text.toString();
}

export function isFormat(format: number): format is Format {
  return format === PLAIN || format === DEFLATED;
}
