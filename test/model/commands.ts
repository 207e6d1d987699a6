import fc from 'fast-check';
import type { Journal, NewEntry } from '../../src/index.ts';
import { collect } from '../support/each-backend.ts';
import { closedSetObject } from '../values/closed-set.ts';

/** One step of a history: data, so that a failing history can be read. */
export type Step =
  | {
      readonly act: 'append';
      readonly thread: string;
      readonly entries: readonly NewEntry[];
      readonly guard: Guard;
      readonly metadata: Record<string, unknown> | undefined;
    }
  | { readonly act: 'load' | 'refresh'; readonly thread: string; readonly upToRev: number | undefined }
  | { readonly act: 'read'; readonly thread: string; readonly options: ReadStep }
  | { readonly act: 'head' | 'delete'; readonly thread: string }
  | { readonly act: 'threads'; readonly after: string | undefined; readonly limit: number | undefined }
  | { readonly act: 'erasures'; readonly limit: number | undefined }
  | { readonly act: 'readAll'; readonly options: Pick<ReadStep, 'limit' | 'kinds'> & { readonly after?: number } }
  | { readonly act: 'refused'; readonly thread: string; readonly entry: unknown }
  | { readonly act: 'reopen' };

/** A step, or a transaction of steps that is kept or rolled back, nested at will. */
export type Command =
  | Step
  | { readonly act: 'transaction'; readonly kept: boolean; readonly commands: readonly Command[] };

/** `current`: the rev that the model has at that moment; a number: that rev, right or wrong. */
type Guard = 'none' | 'current' | number;

interface ReadStep {
  readonly fromSeq?: number;
  readonly toSeq?: number;
  readonly limit?: number;
  readonly direction?: 'forward' | 'backward';
  readonly kinds?: readonly string[];
}

const thread = fc.constantFrom('a', 'b', 'ä', '\u{1f600}', '\uffff');
const kind = fc.constantFrom('message', 'note', 'tool_call');
const small = fc.integer({ min: 0, max: 6 });

// Few ids and few contents, so that repeats, overlaps and forks are common.
const entry: fc.Arbitrary<NewEntry> = fc.record(
  {
    id: fc.constantFrom('i1', 'i2', 'i3', 'i4'),
    kind,
    at: fc.constantFrom(0, -1, 1_700_000_000_000),
    payload: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom({}, { n: 1 }) },
      { weight: 1, arbitrary: closedSetObject },
    ),
  },
  { requiredKeys: [] },
);

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('append' as const),
      thread,
      entries: fc.array(entry, { maxLength: 4 }),
      guard: fc.oneof(fc.constantFrom('none' as const, 'current' as const), small),
      metadata: optional(fc.constantFrom({}, { topic: 'x' }, { at: new Date(0) })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('load' as const, 'refresh' as const),
      thread,
      upToRev: optional(small),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('read' as const),
      thread,
      options: fc.record(
        {
          fromSeq: small,
          toSeq: small,
          limit: small,
          direction: fc.constantFrom('forward' as const, 'backward' as const),
          kinds: fc.subarray(['message', 'note', 'tool_call']),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('head' as const, 'delete' as const), thread }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('threads' as const), after: optional(thread), limit: optional(small) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('erasures' as const), limit: optional(small) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('readAll' as const),
      options: fc.record(
        { limit: small, kinds: fc.subarray(['message', 'note', 'tool_call']), after: small },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('refused' as const),
      thread,
      entry: fc.constantFrom({ payload: { when: Symbol('x') } }, { kind: '' }, { id: 7 }, { payload: [] }, null),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ act: 'reopen' as const }) },
);

export const history: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.letrec<{ command: Command }>(tie => ({
    command: fc.oneof(
      { maxDepth: 2 },
      { weight: 9, arbitrary: step },
      {
        weight: 1,
        arbitrary: fc.record({
          act: fc.constant('transaction' as const),
          kept: fc.boolean(),
          commands: fc.array(tie('command'), { maxLength: 4 }),
        }),
      },
    ),
  })).command,
  { maxLength: 30 },
);

/** Does one step and tells what came of it: a value, or the error's class and facts. */
export async function perform(
  journal: Journal,
  step: Exclude<Step, { act: 'reopen' }>,
  currentRev: number,
): Promise<unknown> {
  try {
    return { value: await act(journal, step, currentRev) };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { error: error.constructor.name, facts: { ...error } };
  }
}

function act(journal: Journal, step: Exclude<Step, { act: 'reopen' }>, currentRev: number): Promise<unknown> {
  switch (step.act) {
    case 'append': {
      const expectedRev = step.guard === 'none' ? undefined : step.guard === 'current' ? currentRev : step.guard;
      return journal.append(step.thread, step.entries, { expectedRev, metadata: step.metadata });
    }
    case 'load':
      return journal.load(step.thread, { upToRev: step.upToRev });
    case 'refresh':
      return journal.load(step.thread, { upToRev: step.upToRev }).then(thread => thread && journal.refresh(thread));
    case 'read':
      return collect(journal.read(step.thread, step.options));
    case 'head':
      return journal.head(step.thread);
    case 'delete':
      return journal.delete(step.thread);
    case 'threads':
      return collect(journal.threads({ after: step.after, limit: step.limit }));
    case 'erasures':
      return collect(journal.erasures({ limit: step.limit }));
    case 'readAll':
      return feed(journal, step.options);
    case 'refused':
      return journal.append(step.thread, [{}, step.entry as NewEntry]);
    default:
      return step satisfies never;
  }
}

/** Cursors differ between back ends; what is behind the cursor of the nth entry does not. */
async function feed(
  journal: Journal,
  { after, ...options }: Extract<Step, { act: 'readAll' }>['options'],
): Promise<unknown> {
  const first = after === undefined ? [] : await collect(journal.readAll({ limit: after }));
  const entries = await collect(journal.readAll({ ...options, after: first.at(-1)?.cursor }));
  return entries.map(({ cursor: _, ...entry }) => entry);
}
