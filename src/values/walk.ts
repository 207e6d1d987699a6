import { InvalidValueError, LimitExceededError } from '../errors.ts';
import type { Frame } from './frame.ts';
import { MAX_DEPTH, type ValueLimits } from './limits.ts';
import { pathOf } from './path.ts';

/** Where a walk over a value stands, what it has counted, and what it found. */
export class Walk {
  readonly frames: Frame[] = [];
  /** True once there is something JSON cannot say. */
  rich = false;
  /** Where the first own `__proto__` is, which JSON keeps and devalue does not. */
  protoPath: string | undefined;
  readonly #root: string;
  readonly #maxDepth: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(root: string, limits: ValueLimits) {
    this.#root = root;
    this.#maxDepth = Math.min(limits.maxDepth, MAX_DEPTH);
    this.#maxBytes = limits.maxBytes;
  }

  /** Counts bytes that the text has at the least, so that a huge value is refused before it is encoded. */
  spend(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw this.tooLarge();
  }

  get bytesLeft(): number {
    return this.#maxBytes - this.#bytes;
  }

  /** Goes into a container; its first child is looked at next. */
  enter(frame: Frame): void {
    this.frames.push(frame);
    if (this.frames.length > this.#maxDepth) throw this.#exceeded('maxDepth', this.#maxDepth, this.path());
  }

  /** The path of the child being looked at; `key` leads one step further. */
  path(key?: string): string {
    return pathOf(this.#root, this.frames, key);
  }

  refusal(reason: string, key?: string): InvalidValueError {
    return new InvalidValueError({ path: this.path(key), reason });
  }

  tooLarge(): InvalidValueError | LimitExceededError {
    return this.#exceeded('maxEntryBytes', this.#maxBytes, this.#root);
  }

  /** A cycle always ends at a limit; looking for it only there keeps the way to it free of bookkeeping. */
  #exceeded(limit: 'maxDepth' | 'maxEntryBytes', max: number, path: string): InvalidValueError | LimitExceededError {
    const seen = new Map<object, number>();
    for (const [depth, { value }] of this.frames.entries()) {
      const first = seen.get(value);
      if (first !== undefined) return this.#cyclic(first, depth);
      seen.set(value, depth);
    }
    return new LimitExceededError({ path, limit, max });
  }

  #cyclic(first: number, again: number): InvalidValueError {
    const [from, to] = [first, again].map(depth => pathOf(this.#root, this.frames.slice(0, depth)));
    return new InvalidValueError({ path: String(to), reason: `is cyclic: it leads back to ${from}` });
  }
}
