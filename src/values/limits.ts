export interface ValueLimits {
  /** Nesting of objects, arrays, maps and sets: `{}` is 1 deep, `{ a: [] }` 2. Never more than {@link MAX_DEPTH}. */
  readonly maxDepth: number;
  /** UTF-8 bytes of the stored text. */
  readonly maxBytes: number;
}

/** Deeper than this nothing is stored, whatever the limits say: JSON and devalue recurse, and would exhaust the stack. */
export const MAX_DEPTH = 1000;
