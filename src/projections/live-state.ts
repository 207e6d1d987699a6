import type { Observable } from 'rxjs';
import { outsider } from '../journal/index.ts';
import { follow, type Hub, observe } from '../live/index.ts';
import { checkId } from '../values/index.ts';
import { type Folded, foldStored } from './fold.ts';
import { checkProjection, type Projection, resultOf } from './projection.ts';

/** The state of a thread as it is, and as it becomes with each entry. */
export function project$<State, Result>(
  hub: Hub,
  threadId: string,
  projection: Projection<State, Result>,
): Observable<Folded<Result>> {
  checkId(threadId, 'threadId');
  checkProjection(projection);
  return observe(signal => states(hub, threadId, projection, signal));
}

async function* states<State, Result>(
  hub: Hub,
  threadId: string,
  projection: Projection<State, Result>,
  signal: AbortSignal,
): AsyncGenerator<Folded<Result>, void, undefined> {
  const folded = await foldStored(hub.store, outsider(hub.store), threadId, projection, { signal });
  let { state } = folded;
  const { rev, generation } = folded;
  yield { state: resultOf(projection, state), rev };
  const { kinds, evolve } = projection;
  for await (const entry of follow(hub, threadId, { fromSeq: rev, kinds, signal }, generation)) {
    state = evolve(state, entry);
    yield { state: resultOf(projection, state), rev: entry.seq + 1 };
  }
}
