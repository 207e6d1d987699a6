import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Large enough that collections of it are rare; V8 would go on to 128 MiB, which makes nothing here quicker. */
const ENOUGH = 24 * 2 ** 20;
/** Rounds of garbage after which it is left as it is. */
const PATIENCE = 1_000;

/**
 * For work that passes millions of short-lived rows through: lets V8's young generation grow to 32 MiB, and no further,
 * where it would be a third of what the process holds. The growth is a flag that V8 looks at each time; the size is one
 * that it only takes when it starts. A tenth of a second.
 */
export function steadyMemory(): void {
  let garbage: object[] = [];
  for (let round = 0; youngBytes() < ENOUGH && round < PATIENCE; round += 1) {
    // What survives a collection is what makes it grow.
    for (let index = 0; index < 2_000; index += 1) garbage.push([index]);
    if (garbage.length > 40_000) garbage = [];
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? ENOUGH;
}
