/**
 * A list that one state after the other can hold without a copy of all of it: full chunks are shared. Plain arrays, so
 * that it can be kept.
 */
export interface Items<T> {
  readonly full: readonly (readonly T[])[];
  /** Fewer than a chunk. */
  readonly rest: readonly T[];
}

const CHUNK = 64;

export function noItems<T>(): Items<T> {
  return { full: [], rest: [] };
}

export function itemsOf<T>(list: readonly T[]): Items<T> {
  const full: (readonly T[])[] = [];
  let at = 0;
  for (; list.length - at >= CHUNK; at += CHUNK) full.push(list.slice(at, at + CHUNK));
  return { full, rest: list.slice(at) };
}

export function listOf<T>({ full, rest }: Items<T>): readonly T[] {
  return [...full.flat(), ...rest];
}

export function withMore<T>({ full, rest }: Items<T>, more: readonly T[]): Items<T> {
  const grown = itemsOf([...rest, ...more]);
  return grown.full.length === 0 ? { full, rest: grown.rest } : { full: [...full, ...grown.full], rest: grown.rest };
}

/** With another one in the place of the last that is meant; the same list when none is. Looks from the end. */
export function withLast<T>(items: Items<T>, isMeant: (item: T) => boolean, change: (item: T) => T): Items<T> {
  const { full, rest } = items;
  const changed = replaced(rest, isMeant, change);
  if (changed !== undefined) return { full, rest: changed };
  for (let index = full.length - 1; index >= 0; index -= 1) {
    const chunk = replaced(full[index] ?? [], isMeant, change);
    if (chunk !== undefined) return { full: full.with(index, chunk), rest };
  }
  return items;
}

function replaced<T>(
  list: readonly T[],
  isMeant: (item: T) => boolean,
  change: (item: T) => T,
): readonly T[] | undefined {
  const at = list.findLastIndex(isMeant);
  return at === -1 ? undefined : list.with(at, change(list[at] as T));
}
