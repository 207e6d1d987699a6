/** What JavaScript callers hand in by mistake, and attackers on purpose: an ORM would make a query of some of these. */
export const neverScalar: readonly unknown[] = [
  null,
  true,
  [],
  ['x'],
  [1],
  {},
  { $ne: '' },
  { $gt: 0 },
  { toString: () => 'x', valueOf: () => 1 },
  Object('x'),
  Object(1),
  Symbol('x'),
  1n,
  () => 'x',
  new Date(0),
];
export const notStrings: readonly unknown[] = [...neverScalar, 0, 1, Number.NaN];
export const notIntegers: readonly unknown[] = [
  ...neverScalar,
  '1',
  '',
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
];
export const notCounts: readonly unknown[] = [...notIntegers, -1];
