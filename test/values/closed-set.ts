import fc from 'fast-check';

/** Any UTF-16, lone surrogates and NUL included, with what is most easily lost. */
export const anyString: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map(units => String.fromCharCode(...units)),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    '\udfff',
    '\u2028',
    '\u2029',
    '"\\',
    '{',
    '</script>',
    'constructor',
    'toJSON',
    'then',
  ),
);

const anyKey = fc.oneof(anyString, fc.constantFrom('0', '01', '4294967295')).filter(key => key !== '__proto__');

const anyNumber = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0, Number.NaN, 2 ** 53, 5e-324, 1e21));

const anyPattern = fc.oneof(
  fc.constantFrom('', '/', 'a|b', '(?<n>.)\\k<n>', '[^\\n]+', '\\u{1f600}'),
  anyString.map(text => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')),
);

const anyRegExp = fc
  .tuple(anyPattern, fc.subarray(['d', 'g', 'i', 'm', 's', 'u', 'y']))
  .map(([source, flags]) => new RegExp(source, flags.join('')));

/** A view of the middle of a larger buffer, or of all of its own. */
const viewed = <T extends { subarray(from: number, to: number): T }>(arrays: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.tuple(arrays, fc.nat(4), fc.nat(8)).map(([array, from, to]) => (to < from ? array : array.subarray(from, to)));

const anyBytes = fc.oneof(
  fc.uint8Array().map(bytes => new Uint8Array(bytes).buffer),
  viewed(fc.int8Array()),
  viewed(fc.uint8Array()),
  viewed(fc.uint8ClampedArray()),
  viewed(fc.int16Array()),
  viewed(fc.uint16Array()),
  viewed(fc.int32Array()),
  viewed(fc.uint32Array()),
  viewed(fc.float32Array()),
  viewed(fc.float64Array()),
  viewed(fc.bigInt64Array()),
  viewed(fc.bigUint64Array()),
);

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, undefined, true, false),
  anyNumber,
  anyString,
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.webUrl({ withFragments: true, withQueryParameters: true }).map(url => new URL(url)),
  anyRegExp,
  anyBytes,
);

const { value, object } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.sparseArray(tie('value'), { maxLength: 8, maxNumElements: 3 }),
    fc.uniqueArray(tie('value'), { maxLength: 4 }).map(items => new Set(items)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map(entries => new Map(entries)),
    tie('object'),
  ),
  object: fc.dictionary(anyKey, tie('value'), { maxKeys: 4 }),
}));

/** A plain object that is wholly plain JSON; the one place where an own `__proto__` may be. */
export const plainJsonObject: fc.Arbitrary<Record<string, unknown>> = fc
  .dictionary(fc.oneof(anyString, fc.constant('__proto__')), fc.jsonValue({ stringUnit: 'binary' }), {
    noNullPrototype: true,
  })
  .map(found => JSON.parse(JSON.stringify(found)) as Record<string, unknown>);

/** Any value that a journal can keep. */
export const closedSetValue: fc.Arbitrary<unknown> = fc.oneof(plainJsonObject, value);

/** Any payload, refs or metadata that a journal can keep. */
export const closedSetObject: fc.Arbitrary<Record<string, unknown>> = fc.oneof(plainJsonObject, object);
