import type { Attempt } from './dialect.ts';
import { type Now, performNow, type Steps } from './steps.ts';

export const BUSY: unique symbol = Symbol('busy');

/**
 * A transaction from BEGIN to COMMIT without giving way: nothing else of this process can come between, and no promise
 * is waited for, which costs more than the statements. Busy: others hold the lock, nothing was done.
 */
export function atOnce<T>(now: Now, busyMs: number, call: Attempt, steps: () => Steps<T>): T | typeof BUSY {
  call.check();
  if (busyMs > 0) now('pragma busy_timeout = 0', []);
  try {
    if (!begins(now)) return BUSY;
    return committed(now, call, steps);
  } finally {
    if (busyMs > 0) now(`pragma busy_timeout = ${busyMs}`, []);
  }
}

function begins(now: Now): boolean {
  try {
    now('begin immediate', []);
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

function committed<T>(now: Now, call: Attempt, steps: () => Steps<T>): T {
  try {
    const result = performNow(steps(), now);
    call.send();
    now('commit', []);
    return result;
  } catch (error) {
    call.takeBack();
    try {
      now('rollback', []);
    } catch {
      // The error has ended the transaction itself.
    }
    throw error;
  }
}

export function isBusy(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(code);
}
