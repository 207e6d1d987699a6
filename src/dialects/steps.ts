import type { Fragment } from './dialect.ts';

/** Rows of a statement, or the error it ended with, at once. */
export type Now = (sql: string, parameters: readonly unknown[]) => readonly unknown[];

/**
 * Work as the statements it asks for, each of which gives it rows. It does not know who runs them: over a connection
 * with a wait for each, or in this process with none. A statement that fails ends it.
 */
export type Steps<T> = Generator<Fragment, T, readonly unknown[]>;

/** Asks for one statement. */
export function* ask<Row>(sql: string, parameters: readonly unknown[]): Steps<readonly Row[]> {
  return (yield { sql, parameters }) as readonly Row[];
}

export async function perform<T>(
  steps: Steps<T>,
  run: (sql: string, parameters: readonly unknown[]) => Promise<readonly unknown[]>,
): Promise<T> {
  let step = steps.next([]);
  while (step.done !== true) step = steps.next(await run(step.value.sql, step.value.parameters));
  return step.value;
}

export function performNow<T>(steps: Steps<T>, now: Now): T {
  let step = steps.next([]);
  while (step.done !== true) step = steps.next(now(step.value.sql, step.value.parameters));
  return step.value;
}
