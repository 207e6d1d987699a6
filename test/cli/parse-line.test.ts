import { describe, expect, test } from 'vitest';
import { BadLine } from '../../src/cli/exit.ts';
import { parseLine } from '../../src/cli/parse-line.ts';

const CANARY = 'canary-payload';

function refusal(text: string): string {
  try {
    parseLine({ number: 7, text });
  } catch (error) {
    if (error instanceof BadLine) return error.message;
    throw error;
  }
  return 'accepted';
}

const entry = (fields: string): string => `{"threadId":"t","kind":"note",${fields}}`;

describe('a line that cannot be kept is refused with its number and a reason, without a word of its payload', () => {
  test.each<[string, string, RegExp]>([
    ['not JSON', `${CANARY}`, /is not JSON/],
    ['a trailing comma', `{"threadId":"t","kind":"${CANARY}",}`, /is not JSON \(at character 41\)/],
    ['cut off in a string', `{"threadId":"t","kind":"${CANARY}`, /ends too early/],
    ['cut off in an object', `{"threadId":"t","payload":{"a":"${CANARY}"`, /ends too early/],
    ['an array', `["${CANARY}"]`, /the line is not an object/],
    ['no thread id', `{"kind":"note","payload":{"a":"${CANARY}"}}`, /threadId: must be a string/],
    ['a thread id with NUL', `{"threadId":"a\\u0000","kind":"note"}`, /threadId: must not hold NUL/],
    ['nothing to keep', `{"threadId":"t","metadata":{"a":"${CANARY}"}}`, /none of entries, messages, kind, payload/],
    ['an unknown field', entry(`"content":"${CANARY}"`), /"content" is not a field here/],
    [
      'an unknown field of an entry',
      `{"threadId":"t","entries":[{},{"role":"${CANARY}"}]}`,
      /entries\[1\]\."role" is not/,
    ],
    ['entries that are no array', `{"threadId":"t","entries":{"a":"${CANARY}"}}`, /entries is not an array/],
    ['an entry that is no object', `{"threadId":"t","entries":["${CANARY}"]}`, /entries\[0\] is not an object/],
    ['a message without a role', `{"threadId":"t","messages":[{"content":"${CANARY}"}]}`, /messages\[0\] has no role/],
    ['a payload that is a list', entry(`"payload":["${CANARY}"]`), /payload: must be a plain object/],
    ['a payload that is null', entry(`"payload":null`), /payload: must be a plain object/],
    [
      'a false rich payload',
      entry(`"payload":["devalue",[["${CANARY}",1],2]]`),
      /payload: is marked "devalue" but is not/,
    ],
    ['a rich payload that is no object', entry(`"payload":["devalue",["${CANARY}"]]`), /payload: /],
    ['a rich payload that is cut', entry(`"payload":["devalue"]`), /payload: is marked "devalue" but is not/],
    ['refs that are text', entry(`"refs":"${CANARY}"`), /refs: must be a plain object/],
    ['metadata that is text', entry(`"metadata":"${CANARY}"`), /metadata: must be a plain object/],
    ['a fractional time', entry(`"at":1.5`), /at: must be an integer/],
    ['a negative seq', entry(`"seq":-1`), /seq: /],
    ['a seq out of order', `{"threadId":"t","entries":[{"seq":3},{"seq":5}]}`, /entries\[1\]\.seq is 5, but 4 is next/],
    ['an id twice', `{"threadId":"t","entries":[{"id":"a"},{"id":"a"}]}`, /entries\[1\]\.id stands twice/],
    [
      'an integer beyond doubles',
      entry(`"payload":{"n":12345678901234567891}`),
      /an integer that JSON numbers cannot keep/,
    ],
    ['a number beyond doubles', entry(`"payload":{"n":1e400}`), /a number that is too large/],
    ['a payload too large', entry(`"payload":{"a":"${CANARY.repeat(80_000)}"}`), /payload: over the limit .* split it/],
    ['a payload too deep', entry(`"payload":{"a":${'['.repeat(300)}${']'.repeat(300)}}`), /over the limit .* split it/],
    [
      'payload and refs too large together',
      entry(`"payload":{"a":"${'x'.repeat(600_000)}"},"refs":{"a":"${'y'.repeat(600_000)}"}`),
      /payload and refs together are over/,
    ],
  ])('%s', (_, line, reason) => {
    const message = refusal(line);
    expect(message).toMatch(reason);
    expect(message).toMatch(/^line 7: /);
    expect(message).not.toContain(CANARY);
    expect(message.length).toBeLessThan(260);
  });
});

test('numbers that JSON writes itself are kept, however long', () => {
  for (const number of [
    '9223372036854776000',
    '9007199254740991',
    '-0',
    '1e21',
    '0.1234567890123456',
    '1152921504606846976',
  ]) {
    expect(refusal(entry(`"payload":{"n":${number}}`))).toBe('accepted');
  }
  expect(refusal(entry('"payload":{"n":"12345678901234567891"}'))).toBe('accepted');
});

test('messages become entries of the kind that says what they are, with the message as payload', () => {
  const messages = [
    { role: 'system', content: 'a' },
    { role: 'user', content: 'b' },
    { role: 'assistant', content: 'c' },
    { role: 'assistant', content: null, tool_calls: [{ id: '1', type: 'function' }] },
    { role: 'assistant', content: 'd', tool_calls: [] },
    { role: 'tool', tool_call_id: '1', content: 'e' },
  ];
  const line = parseLine({ number: 1, text: JSON.stringify({ threadId: 't', messages }) });
  expect(line.entries.map(({ kind }) => kind)).toEqual([
    'message',
    'message',
    'message',
    'tool_call',
    'message',
    'tool_result',
  ]);
  expect(line.entries.map(({ given }) => given.payload)).toEqual(messages);
});
