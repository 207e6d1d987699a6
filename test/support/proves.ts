import { test } from 'vitest';

/** A test of behaviours of the source system, by their labels; see test/conformance/seed-coverage.test.ts. */
export function proves(_labels: string, title: string, body: () => void | Promise<void>): void {
  test(title, body);
}
