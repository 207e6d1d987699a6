import { type ConformanceCase, conformanceCase } from '../conformance-case.ts';
import { absent, leavesUnchanged, numbered, refuses } from '../expectations.ts';

class Point {
  readonly x = 1;
}
class Days extends Date {}
class List extends Array {}
class Table extends Map {}

const cyclic: Record<string, unknown> = { a: 1 };
cyclic['self'] = { again: [cyclic] };

const values: Readonly<Record<string, unknown>> = {
  'a function': () => 1,
  'a class': Point,
  'a symbol': Symbol('s'),
  'an accessor': Object.defineProperty({}, 'x', { get: () => 1, enumerable: true }),
  'a property that is not enumerable': Object.defineProperty({}, 'x', { value: 1 }),
  'a key that is a symbol': { [Symbol('k')]: 1 },
  'an instance of a class': new Point(),
  'an object that inherits from another': Object.create({ x: 1 }),
  'a subclass of Date': new Days(0),
  'a subclass of Array': List.from([1]),
  'a subclass of Map': new Table(),
  'a property beside the elements of an array': Object.assign([1], { extra: 1 }),
  'a property beside the content of a map': Object.assign(new Map(), { extra: 1 }),
  'a boxed string': Object('x'),
  'a boxed number': Object(1),
  'a cycle': cyclic,
  'an error': new Error('e'),
  'a promise': Promise.resolve(1),
  'a generator': (function* () {})(),
  'a weak map': new WeakMap(),
  'a data view': new DataView(new ArrayBuffer(1)),
  'a node buffer': Buffer.from('x'),
  'shared memory': new SharedArrayBuffer(1),
  'search parameters': new URLSearchParams('a=1'),
  'a proxy': new Proxy({}, {}),
  arguments: (function () {
    // biome-ignore lint/complexity/noArguments: the very thing that is refused
    return arguments;
  })(),
  'own __proto__ beside a value that JSON cannot say': JSON.parse('{"__proto__":1}'),
};

/** One bad entry behind a good one: nothing is written, and the error names the place. */
function refusesInside(what: string, value: unknown): ConformanceCase {
  return conformanceCase(
    `refuses ${what} anywhere in an entry, says where, and writes nothing of the append`,
    async ({ journal, threadId }) => {
      for (const field of ['payload', 'refs'] as const) {
        const bad = { [field]: { fine: 10n, list: [1, { value }] } };
        const error = await refuses(() => journal.append(threadId, [{}, bad, {}]), 'invalid_entry');
        const path: unknown = Reflect.get(error, 'path');
        if (!String(path).startsWith(`entries[1].${field}.list[1].value`)) throw error;
        await absent(journal, threadId);
      }
    },
    { labels: ['JZ8'] },
  );
}

const notObjects: Readonly<Record<string, unknown>> = {
  'a list': [1],
  'a string': 'text',
  'a number': 1,
  null: null,
  'a map': new Map(),
  'a date': new Date(0),
  'an instance': new Point(),
};

export const refusedValueCases: readonly ConformanceCase[] = [
  ...Object.entries(values).map(([what, value]) => refusesInside(what, value)),
  conformanceCase('refuses payload, refs and metadata that are no plain objects', async ({ journal, threadId }) => {
    for (const value of Object.values(notObjects)) {
      for (const field of ['payload', 'refs']) {
        const entry = { [field]: value };
        await refuses(() => journal.append(threadId, [{}, entry]), 'invalid_entry', { path: `entries[1].${field}` });
      }
      const metadata = value as never;
      await refuses(() => journal.append(threadId, [], { metadata }), 'invalid_value', { path: 'metadata' });
    }
    await absent(journal, threadId);
  }),
  conformanceCase(
    'writes nothing of an append to an existing thread when one entry of it is bad',
    async ({ journal, threadId }) => {
      await journal.append(threadId, numbered(2));
      await leavesUnchanged(journal, threadId, async () => {
        const bad = { payload: { when: Symbol('now') } };
        const append = () => journal.append(threadId, [...numbered(2), bad], { expectedRev: 2 });
        await refuses(append, 'invalid_entry', { path: 'entries[2].payload.when' });
      });
    },
    { labels: ['JZ8'] },
  ),
];
