import { InvalidArgumentError } from '../errors.ts';
import type { Erasure } from '../journal/index.ts';
import { checkId, checkInteger } from '../values/index.ts';

export function checkCount(value: unknown, argument: string): number | undefined {
  return value === undefined ? undefined : checkInteger(value, argument, 0);
}

export function checkDirection(value: unknown): 'forward' | 'backward' {
  if (value === undefined || value === 'forward') return 'forward';
  if (value === 'backward') return 'backward';
  throw new InvalidArgumentError({ argument: 'direction', reason: "must be 'forward' or 'backward'" });
}

export function checkKinds(value: unknown): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new InvalidArgumentError({ argument: 'kinds', reason: 'must be an array' });
  return new Set(Array.from(value, (kind: unknown, index) => checkId(kind, `kinds[${index}]`)));
}

export function checkRecord(value: unknown): Pick<Erasure, 'threadId' | 'generation'> | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) {
    throw new InvalidArgumentError({ argument: 'after', reason: 'must be an erasure record' });
  }
  const { threadId, generation } = value as Readonly<Record<string, unknown>>;
  return { threadId: checkId(threadId, 'after.threadId'), generation: checkId(generation, 'after.generation') };
}
