import type { ValueLimits } from '../../src/values/index.ts';

/** The journal's defaults. */
export const limits: ValueLimits = { maxDepth: 256, maxBytes: 1_048_576 };
