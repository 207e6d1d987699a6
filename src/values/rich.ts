import { type StringifyOperations, stringify } from 'devalue';
import { viewedBytes } from './views.ts';

/** devalue's text of a value that `inspect` let pass. It is an array or a negative number: never begins with `{`. */
export function stringifyRich(value: unknown): string {
  return stringify(value, undefined, { operations });
}

const operations: Partial<StringifyOperations> = {
  /**
   * Every object, string and bigint is written where it occurs. Equal values have equal texts then, shared parts or not;
   * the walk's count is a floor of the text's length; and a reader can refuse whatever is referred to twice.
   */
  identify: value => (typeof value === 'object' || typeof value === 'string' || typeof value === 'bigint' ? {} : value),
  /** devalue would write the whole buffer of a view. */
  viewInfo: view => {
    const buffer = viewedBytes(view);
    const byteLength = buffer.byteLength;
    return { buffer, byteOffset: 0, byteLength, bufferByteLength: byteLength };
  },
  /** As if no slot were empty: each hole is written then, and no short text can claim a billion of them. */
  indicesOf: array => array,
};
