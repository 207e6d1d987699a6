import { InvalidArgumentError } from '../errors.ts';
import { checkKinds, type Entry } from '../journal/index.ts';
import { checkId, checkInteger } from '../values/index.ts';

/** What a thread means: a state, folded from its entries in order of seq. */
export interface Projection<State, Result = State> {
  /** Names it in the database; with the version, it says whose states and cursors are whose. */
  readonly name: string;
  /** From 1 on. Raise it with every change of `initial`, `evolve` or `kinds`: what an older one kept is never read. */
  readonly version: number;
  /** The state of a thread without entries; a new value at each call. */
  readonly initial: () => State;
  /** Pure: the same state and entry give the same result, and the state handed in stays as it is. */
  readonly evolve: (state: State, entry: Entry) => State;
  /** What callers are given of a state; pure. Default: the state itself. */
  readonly result?: ((state: State) => Result) | undefined;
  /** Only entries of these kinds are folded. Default: all. */
  readonly kinds?: readonly string[] | undefined;
  /**
   * The state of a thread is kept in the database once so many entries came behind the last one kept, so that a fold
   * reads only what is new. A state is kept if a journal could hold it (README, "What an entry can hold"), up to
   * `limits.maxAppendBytes`. Default: nothing is kept.
   */
  readonly keep?: { readonly every: number } | undefined;
}

/** A projection, checked. @throws InvalidArgumentError, InvalidIdError */
export function defineProjection<State, Result = State>(
  projection: Projection<State, Result>,
): Projection<State, Result> {
  return Object.freeze({ ...checkProjection(projection) });
}

/** The fold itself, of entries in memory: what `journal.fold` does with stored ones. */
export function foldEntries<State, Result>(projection: Projection<State, Result>, entries: Iterable<Entry>): Result {
  const { initial, evolve, kinds } = projection;
  let folded = initial();
  for (const entry of entries) {
    if (kinds === undefined || kinds.includes(entry.kind)) folded = evolve(folded, entry);
  }
  return resultOf(projection, folded);
}

export function resultOf<State, Result>({ result }: Projection<State, Result>, state: State): Result {
  // Without `result` the two are one type.
  return result === undefined ? (state as unknown as Result) : result(state);
}

export function checkProjection<State, Result>(projection: Projection<State, Result>): Projection<State, Result> {
  if (typeof projection !== 'object' || projection === null) refuse('projection', 'must be a projection');
  const { initial, evolve, result, keep } = projection;
  checkIdentity(projection);
  if (typeof initial !== 'function') refuse('initial', 'must be a function that gives the first state');
  if (typeof evolve !== 'function') refuse('evolve', 'must be a function of state and entry');
  if (result !== undefined && typeof result !== 'function') refuse('result', 'must be a function of a state');
  if (keep !== undefined) checkInteger(keep?.every, 'keep.every', 1);
  return projection;
}

/** Name, version and kinds: all that a projector needs of a projection. */
export function checkIdentity({ name, version, kinds }: Pick<Projection<unknown>, 'name' | 'version' | 'kinds'>): void {
  checkId(name, 'name');
  checkInteger(version, 'version', 1);
  if (version > MAX_VERSION) refuse('version', `must be at most ${MAX_VERSION}`);
  checkKinds(kinds);
}

/** As the column of the version can hold. */
const MAX_VERSION = 2 ** 31 - 1;

function refuse(argument: string, reason: string): never {
  throw new InvalidArgumentError({ argument, reason });
}
