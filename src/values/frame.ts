import type { ContainerTag } from './tags.ts';

/** A container the walk stands in. */
export interface Frame {
  readonly value: object;
  readonly tag: ContainerTag;
  /** An object's property names, a set's elements, a map's keys and values by turns; empty for an array. */
  parts: readonly unknown[];
  /** Number of children. */
  readonly size: number;
  /** The child being looked at; -1 = the container itself. */
  at: number;
}
