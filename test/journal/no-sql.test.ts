import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JournalError, ThreadJournal } from '../../src/index.ts';
import { type Orm, openOrm } from '../support/backends.ts';
import { collect } from '../support/each-backend.ts';

/**
 * What is refused is refused before any SQL: this ORM's database does not exist, so a statement that got as far as
 * being sent would fail with the driver's error, not with ours.
 */
describe('without a database', () => {
  let orm: Orm;
  let journal: ThreadJournal;
  beforeAll(async () => {
    orm = await openOrm('postgresql://nobody:nothing@127.0.0.1:9/none');
    journal = new ThreadJournal(orm);
  });
  afterAll(() => orm.close(true));

  const wrong: readonly unknown[] = [['x'], {}, { $ne: '' }, { toString: () => 'x' }, Symbol('x'), null, 7n, () => 'x'];
  const notString = [...wrong, 7, new String('x'), undefined];
  const notInteger = [...wrong, '7', new Number(7), Number.NaN, 1.5, Number.POSITIVE_INFINITY, -1];

  const calls: Readonly<Record<string, { values: readonly unknown[]; call(value: never): Promise<unknown> }>> = {
    'append threadId': { values: notString, call: value => journal.append(value, [{}]) },
    'append entries': { values: [...wrong, 'x', 7, undefined], call: value => journal.append('t', value) },
    'append entry': {
      values: [...wrong.filter(v => typeof v !== 'object' || v === null), 'x', 7, ['x'], undefined],
      call: value => journal.append('t', [value]),
    },
    'append entry of no plain object': {
      values: [new Map(), new Date(0), new (class Note {})(), { [Symbol('x')]: 1 }, { paylod: {} }],
      call: value => journal.append('t', [value]),
    },
    'append entry.id': { values: notString.slice(0, -1), call: id => journal.append('t', [{ id }]) },
    'append entry.kind': { values: notString.slice(0, -1), call: kind => journal.append('t', [{ kind }]) },
    'append entry.at': { values: notInteger.slice(0, -1), call: at => journal.append('t', [{ at }]) },
    'append entry.payload': {
      values: [['x'], null, 'x', 7, new Date(0), new Map(), () => 1],
      call: payload => journal.append('t', [{ payload }]),
    },
    'append expectedRev': { values: notInteger, call: expectedRev => journal.append('t', [{}], { expectedRev }) },
    'append metadata': { values: [['x'], null, 'x', 7], call: metadata => journal.append('t', [{}], { metadata }) },
    'append signal': { values: [...wrong, 'x'], call: signal => journal.append('t', [{}], { signal }) },
    'append options': { values: [['x'], null, 'x', 7], call: options => journal.append('t', [{}], options) },
    'load threadId': { values: notString, call: value => journal.load(value) },
    'load upToRev': { values: notInteger, call: upToRev => journal.load('t', { upToRev }) },
    'head threadId': { values: notString, call: value => journal.head(value) },
    'delete threadId': { values: notString, call: value => journal.delete(value) },
    'read threadId': { values: notString, call: value => collect(journal.read(value)) },
    'read fromSeq': { values: notInteger, call: fromSeq => collect(journal.read('t', { fromSeq })) },
    'read toSeq': { values: notInteger, call: toSeq => collect(journal.read('t', { toSeq })) },
    'read limit': { values: notInteger, call: limit => collect(journal.read('t', { limit })) },
    'read direction': { values: [...wrong, 'up'], call: direction => collect(journal.read('t', { direction })) },
    'read kinds': {
      values: [{}, { $ne: '' }, 'note', 7, [7], [['note']]],
      call: kinds => collect(journal.read('t', { kinds })),
    },
    'readAll after': { values: notString.slice(0, -1), call: after => collect(journal.readAll({ after })) },
    'readAll limit': { values: notInteger, call: limit => collect(journal.readAll({ limit })) },
    'readAll kinds': {
      values: [{}, { $ne: '' }, 'note', 7, [7], [['note']]],
      call: kinds => collect(journal.readAll({ kinds })),
    },
    'threads after': { values: notString.slice(0, -1), call: after => collect(journal.threads({ after })) },
    'threads limit': { values: notInteger, call: limit => collect(journal.threads({ limit })) },
    'erasures after': {
      values: ['x', 7, null, [], {}, { threadId: ['x'], generation: 'g' }],
      call: after => collect(journal.erasures({ after })),
    },
    'erasures limit': { values: notInteger, call: limit => collect(journal.erasures({ limit })) },
  };

  test.each(Object.entries(calls))('%s of a wrong type never becomes a statement', async (_name, { values, call }) => {
    for (const value of values) {
      const failure: unknown = await call(value as never).then(
        () => 'accepted',
        error => error,
      );
      expect(failure, describeValue(value)).toBeInstanceOf(JournalError);
      expect((failure as JournalError).code).toMatch(/^(invalid_(argument|id|entry|value))$/);
    }
  });

  test('the control: a call that is right gets as far as the driver', async () => {
    const failure = await journal.append('t', [{}]).catch(error => error);
    expect(failure).not.toBeInstanceOf(JournalError);
    expect(failure).toMatchObject({ code: 'ECONNREFUSED' });
    for (const call of [() => journal.load('t'), () => journal.delete('t'), () => collect(journal.read('t'))]) {
      await expect(call()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  test('no error tells the password', async () => {
    const failure = await journal.append('t', [{ payload: { secret: 'canary' } }]).catch(error => error);
    expect(`${failure} ${failure.stack} ${JSON.stringify(failure)}`).not.toMatch(/nothing@|canary/);
  });
});

function describeValue(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
