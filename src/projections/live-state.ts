import type { Observable } from 'rxjs';
import { outsider } from '../journal/index.ts';
import { follow, type Hub, observe } from '../live/index.ts';
import { checkId } from '../values/index.ts';
import { type Folded, foldStored } from './fold.ts';
import { checkProjection, type Projection } from './projection.ts';

/** The state of a thread as it is, and as it becomes with each entry. */
export function project$<State>(hub: Hub, threadId: string, projection: Projection<State>): Observable<Folded<State>> {
  checkId(threadId, 'threadId');
  checkProjection(projection);
  return observe(signal => states(hub, threadId, projection, signal));
}

async function* states<State>(
  hub: Hub,
  threadId: string,
  projection: Projection<State>,
  signal: AbortSignal,
): AsyncGenerator<Folded<State>, void, undefined> {
  const folded = await foldStored(hub.store, outsider(hub.store), threadId, projection, { signal });
  let { state } = folded;
  const { rev, generation } = folded;
  yield { state, rev };
  const { kinds, evolve } = projection;
  for await (const entry of follow(hub, threadId, { fromSeq: rev, kinds, signal }, generation)) {
    state = evolve(state, entry);
    yield { state, rev: entry.seq + 1 };
  }
}
