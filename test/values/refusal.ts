export interface Refusal {
  readonly what: string;
  readonly refused: () => unknown;
  /** The nearest value that is in the closed set: the control. */
  readonly kept: () => unknown;
  readonly reason: RegExp;
  /** Where inside of the value the fault is; '' = it is the value itself. */
  readonly at: string;
}

/** `refused` and `kept` are made anew for each test. Where something could leak into a message, it is `s3cret`. */
export function refuses(
  what: string,
  refused: () => unknown,
  kept: () => unknown,
  reason: RegExp,
  at: string = '',
): Refusal {
  return { what, refused, kept, reason, at };
}
