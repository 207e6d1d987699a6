import { describe, expect, test } from 'vitest';
import {
  amendMessage,
  appendToThread,
  clearMessages,
  compactMessages,
  type Entry,
  foldEntries,
  messages,
  type NewEntry,
  newThread,
  popMessages,
  type ResolvedMessage,
  retractMessages,
  toolCalls,
  usage,
} from '../../src/index.ts';
import { Random } from '../snapshots/random.ts';

/** A failure prints its seed; give it back in MESSAGES_SEED. */
const SEED = Number(process.env['MESSAGES_SEED'] ?? Math.floor(Math.random() * 1e9));

const thread = (entries: readonly NewEntry[]): readonly Entry[] => appendToThread(newThread('t'), entries).entries;
const resolved = (entries: readonly NewEntry[]): readonly ResolvedMessage[] => foldEntries(messages, thread(entries));
const seen = (entries: readonly NewEntry[]) => resolved(entries).map(({ message }) => message);

const say = (id: string, content = id, role = 'user'): NewEntry => ({
  id,
  kind: 'message',
  payload: { role, content },
});
const call = (id: string, ...callIds: string[]): NewEntry => ({
  id,
  kind: 'tool_call',
  payload: {
    role: 'assistant',
    content: null,
    tool_calls: callIds.map(callId => ({ id: callId, type: 'function', function: { name: 'look', arguments: '{}' } })),
  },
});
const result = (id: string, callId: string): NewEntry => ({
  id,
  kind: 'tool_result',
  payload: { role: 'tool', tool_call_id: callId, content: `result of ${callId}` },
});
const interrupted = (callId: string) => ({
  role: 'tool',
  tool_call_id: callId,
  content: 'Interrupted: no result of this call was recorded.',
});

describe('messages', () => {
  test('a plain conversation is what was said, in order of seq, and nothing else', () => {
    const conversation = [say('a'), call('b', 'c1'), result('c', 'c1'), say('d', 'done', 'assistant')];
    const noise = [
      { kind: 'note', payload: { role: 'user', content: 'no' } },
      { kind: 'message', payload: { text: 'no' } },
    ];
    expect(seen([...noise, ...conversation, ...noise])).toEqual(conversation.map(({ payload }) => payload));
    expect(resolved(conversation).map(({ entryId, seq }) => [entryId, seq])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['d', 3],
    ]);
  });

  test('a late fact is laid over its message: the provider’s id in the refs, an edit in the message', () => {
    const [item] = resolved([
      { ...say('a', 'Helo'), refs: { model: 'm-1' } },
      amendMessage('a', { refs: { providerId: 'msg_1' } }),
      amendMessage('a', { message: { content: 'Hello' }, refs: { model: 'm-2' } }),
    ]);
    expect(item).toEqual({
      entryId: 'a',
      seq: 0,
      message: { role: 'user', content: 'Hello' },
      refs: { model: 'm-2', providerId: 'msg_1' },
    });
  });

  test('a follow-up to what is not there changes nothing', () => {
    const known = [say('a')];
    for (const stray of [
      amendMessage('b', { message: { content: 'x' } }),
      retractMessages(['b']),
      result('r', 'unknown'),
      { kind: 'amendment' },
      { kind: 'retraction', refs: { entryIds: 'a' } },
      { kind: 'compaction', payload: { toSeq: '1' } },
      { kind: 'tool_result', payload: { role: 'tool', content: 'of nothing' } },
      { kind: 'error', payload: { role: 'user', content: 'x' } },
    ]) {
      expect(seen([...known, stray])).toEqual([known[0]?.payload]);
    }
  });

  test('a call without a result has a synthetic one, until the result comes', () => {
    const open = [say('a'), call('b', 'c1', 'c2'), result('c', 'c2')];
    expect(seen(open).slice(2)).toEqual([interrupted('c1'), result('', 'c2').payload]);
    expect(resolved(open)[2]).toMatchObject({ entryId: 'b', answers: 'b', synthetic: true });
    expect(seen([...open, result('d', 'c1')]).slice(2)).toEqual([result('', 'c1').payload, result('', 'c2').payload]);
  });

  test('a result that comes late stands behind its call all the same, the latest of several', () => {
    const late = [call('a', 'c1'), say('b'), result('c', 'c1'), { ...result('d', 'c1'), refs: { again: true } }];
    expect(resolved(late).map(({ entryId }) => entryId)).toEqual(['a', 'd', 'b']);
  });

  test('an error of a call is its result', () => {
    const failed = [
      call('a', 'c1'),
      { kind: 'error', payload: { message: 'no such file' }, refs: { toolCallId: 'c1' } },
    ];
    expect(seen(failed)[1]).toEqual({ role: 'tool', tool_call_id: 'c1', content: 'no such file' });
  });

  test('a model that uses the id of a call again gets each result behind the right one', () => {
    const again = [call('a', 'c'), result('b', 'c'), say('x'), call('d', 'c'), result('e', 'c')];
    expect(resolved(again).map(({ entryId }) => entryId)).toEqual(['a', 'b', 'x', 'd', 'e']);
  });

  test('what is taken back is gone for the model; a call takes its results along, a result leaves a synthetic one', () => {
    const said = [say('a'), call('b', 'c1'), result('c', 'c1'), say('d')];
    expect(resolved([...said, retractMessages(['b'])]).map(({ entryId }) => entryId)).toEqual(['a', 'd']);
    expect(seen([...said, retractMessages(['c'])])[2]).toEqual(interrupted('c1'));
    const popped = popMessages(resolved(said), 2);
    expect(popped.refs).toEqual({ entryIds: ['c', 'd'] });
    expect(popMessages(resolved([say('a'), call('b', 'c1')])).refs).toEqual({ entryIds: ['b'] });
    expect(popMessages([]).refs).toEqual({ entryIds: [] });
    expect(resolved([...said, popMessages(resolved(said))]).map(({ entryId }) => entryId)).toEqual(['a', 'b', 'c']);
  });

  test('a summary stands where the messages stood that it replaces, and can be replaced itself', () => {
    const said = [say('a', 'policy', 'system'), say('b'), call('c', 'c1'), result('d', 'c1'), say('e')];
    const summary = (content: string) => ({ role: 'user', content });
    const once = [...said, { id: 's', ...compactMessages({ fromSeq: 1, toSeq: 4, message: summary('b to d') }) }];
    expect(resolved(once).map(({ entryId, seq }) => [entryId, seq])).toEqual([
      ['a', 0],
      ['s', 1],
      ['e', 4],
    ]);
    expect(seen(once)[1]).toEqual(summary('b to d'));
    const twice = [...once, say('f'), compactMessages({ toSeq: 5, message: summary('all') })];
    expect(seen(twice)).toEqual([summary('all'), { role: 'user', content: 'f' }]);
    // A call in the range goes with its result outside of it, and the other way round stays.
    const half = { id: 's', ...compactMessages({ fromSeq: 1, toSeq: 3, message: summary('b and c') }) };
    expect(resolved([...said, half]).map(({ entryId }) => entryId)).toEqual(['a', 's', 'e']);
    const other = { id: 's', ...compactMessages({ fromSeq: 3, toSeq: 5, message: summary('d and e') }) };
    expect(resolved([...said, other]).map(({ entryId }) => entryId)).toEqual(['a', 'b', 'c', 'd', 's']);
    const open = [call('a', 'c1'), compactMessages({ toSeq: 1, message: summary('a') }), result('b', 'c1')];
    expect(seen(open)).toEqual([summary('a')]);
  });

  test('a clear is a new beginning, and the history stays', () => {
    const cleared = [say('a'), clearMessages(), say('b')];
    expect(seen(cleared)).toEqual([{ role: 'user', content: 'b' }]);
    expect(thread(cleared)).toHaveLength(3);
    expect(seen([...cleared, amendMessage('a', { message: { content: 'x' } })])).toHaveLength(1);
  });

  test(`MESSAGES_SEED=${SEED}: at every rev of any history each call has one result right behind it, and no result stands alone`, () => {
    const random = new Random(SEED);
    for (let run = 0; run < 300; run += 1) {
      const ids: string[] = [];
      const calls: string[] = [];
      const entries: NewEntry[] = [];
      for (let step = 0; step < 30; step += 1) {
        const id = `e${step}`;
        const known = ids.length === 0 ? 'none' : random.pick(ids);
        const acts = [
          () => say(id),
          () => {
            calls.push(`c${random.below(6)}`, `d${step}`);
            return call(id, ...calls.slice(-1 - random.below(2)));
          },
          () => result(id, calls.length === 0 ? 'none' : random.pick(calls)),
          () => ({ kind: 'error', refs: { toolCallId: calls.length === 0 ? 'none' : random.pick(calls) } }),
          () =>
            amendMessage(known, {
              message: random.pick([{ content: 'x' }, { tool_calls: [] }, {}]),
              refs: { late: step },
            }),
          () => retractMessages([known]),
          () => popMessages(resolved(entries), random.below(3)),
          () =>
            compactMessages({
              fromSeq: random.below(step + 1),
              toSeq: random.below(step + 2),
              message: { role: 'user' },
            }),
          () => (random.below(4) === 0 ? clearMessages() : say(id)),
        ];
        entries.push(random.pick(acts)());
        ids.push(id);
      }
      let state = messages.initial();
      for (const entry of thread(entries)) {
        const before = JSON.stringify(state);
        const next = messages.kinds?.includes(entry.kind) ? messages.evolve(state, entry) : state;
        // Pure: what was handed in is as it was.
        expect(JSON.stringify(state)).toBe(before);
        state = next;
        expect(wellFormed(messages.result?.(state) ?? [])).toBe('');
      }
    }
  });
  test('a long thread with late facts: each state shares all but a few messages with the one before', () => {
    const count = 400;
    const talk = Array.from({ length: count }, (_, n) => [
      n % 5 === 0 ? call(`m${n}`, `c${n}`) : say(`m${n}`),
      ...(n % 5 === 0 ? [result(`r${n}`, `c${n}`)] : []),
      amendMessage(`m${n}`, { refs: { late: n } }),
    ]).flat();
    let state = messages.initial();
    for (const entry of thread(talk)) {
      const next = messages.evolve(state, entry);
      const known = new Set<unknown>(state.full);
      // The end, which became a chunk of its own, or the one that the message stands in.
      expect(next.full.filter(chunk => !known.has(chunk)).length).toBeLessThanOrEqual(1);
      state = next;
    }
    const all = messages.result?.(state) ?? [];
    expect(all.filter(({ answers }) => answers === undefined).map(({ entryId, refs }) => [entryId, refs])).toEqual(
      Array.from({ length: count }, (_, n) => [`m${n}`, { late: n }]),
    );
    expect(all.filter(({ answers, synthetic }) => answers !== undefined && synthetic !== true).length).toBe(count / 5);
    expect(state.full.length).toBeGreaterThan(5);
  });

  const wellFormed = (state: readonly ResolvedMessage[]): string => {
    let open: string[] = [];
    let last = -1;
    for (const { message, seq, answers } of state) {
      if (message['role'] === 'tool') {
        if (open.shift() !== message['tool_call_id']) return `a result stands alone in ${JSON.stringify(state)}`;
        continue;
      }
      if (open.length > 0) return `a call has no result in ${JSON.stringify(state)}`;
      if (answers !== undefined || seq < last) return `out of order: ${JSON.stringify(state)}`;
      last = seq;
      open = ((message['tool_calls'] as { id: string }[] | undefined) ?? []).map(({ id }) => id);
    }
    return open.length > 0 ? `a call has no result at the end of ${JSON.stringify(state)}` : '';
  };
});

describe('toolCalls', () => {
  test('each call is open, answered or failed, with how long it took', () => {
    const calls = foldEntries(
      toolCalls,
      thread([
        { ...call('a', 'c1', 'c2', 'c3'), at: 1_000 },
        { ...result('b', 'c1'), at: 1_250 },
        { kind: 'error', at: 1_100, refs: { toolCallId: 'c2' } },
        { ...result('d', 'nobody'), at: 1 },
        retractMessages(['a']),
        clearMessages(),
      ]),
    );
    expect(calls).toMatchObject([
      { callId: 'c1', name: 'look', entryId: 'a', seq: 0, status: 'answered', durationMs: 250, resultId: 'b' },
      { callId: 'c2', status: 'failed', startedAt: 1_000, endedAt: 1_100, durationMs: 100 },
      { callId: 'c3', status: 'open' },
    ]);
    expect(calls[2]).not.toHaveProperty('endedAt');
  });

  test('a failed result counts as failed, and a later one as what it is', () => {
    const failed = [call('a', 'c1'), { ...result('b', 'c1'), refs: { failed: true } }];
    expect(foldEntries(toolCalls, thread(failed))).toMatchObject([{ status: 'failed' }]);
    expect(foldEntries(toolCalls, thread([...failed, result('c', 'c1')]))).toMatchObject([
      { status: 'answered', resultId: 'c' },
    ]);
  });

  test('an id that is used again means the latest call', () => {
    const again = [call('a', 'c'), result('b', 'c'), call('d', 'c')];
    expect(foldEntries(toolCalls, thread(again))).toMatchObject([{ status: 'answered' }, { status: 'open' }]);
  });
});

describe('usage', () => {
  test('tokens and cost are added up, in all and by model, however the provider names them', () => {
    const spent = foldEntries(
      usage,
      thread([
        { refs: { model: 'a', usage: { prompt_tokens: 10, completion_tokens: 5 }, cost: 0.25 } },
        { payload: { model: 'b', usage: { input_tokens: 7, output_tokens: 1, cost: 0.5 } } },
        { kind: 'amendment', refs: { entryId: 'x', model: 'a', usage: { inputTokens: 3, outputTokens: 2 } } },
        { refs: { usage: { input_tokens: Number.NaN, output_tokens: '9' } } },
        { refs: { model: 'a' } },
        { payload: { usage: 'a lot' } },
      ]),
    );
    expect(spent).toEqual({
      calls: 4,
      inputTokens: 20,
      outputTokens: 8,
      cost: 0.75,
      models: [
        { model: 'a', calls: 2, inputTokens: 13, outputTokens: 7, cost: 0.25 },
        { model: 'b', calls: 1, inputTokens: 7, outputTokens: 1, cost: 0.5 },
        { model: 'unknown', calls: 1, inputTokens: 0, outputTokens: 0, cost: 0 },
      ],
    });
  });

  test('nothing spent is nothing, also by a model named like a part of every object', () => {
    expect(foldEntries(usage, [])).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0, cost: 0, models: [] });
    const odd = foldEntries(usage, thread([{ refs: { model: '__proto__', usage: { input_tokens: 1 } } }]));
    expect(odd.models).toMatchObject([{ model: '__proto__', inputTokens: 1 }]);
  });
});
