import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const pool = new Uint8Array(4_096);
let at = pool.length;
let msecs = 0;
let seq = 0;

/**
 * A UUIDv7, above all that this process made before. The library asks the system for random bytes at each call, which
 * costs more than all the rest of it: they are drawn from a pool here, and with them its counter.
 */
export function newUuid(): string {
  if (at === pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  const random = pool.subarray(at, at + 16);
  at += 16;
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    seq = new DataView(random.buffer, random.byteOffset).getUint32(4) >>> 1;
  } else {
    seq = (seq + 1) >>> 0;
    // The counter is full after two thousand million ids of one millisecond; the next one is borrowed then.
    if (seq === 0) msecs += 1;
  }
  return v7({ random, msecs, seq });
}
