import type { Fields } from '../journal/index.ts';
import { fieldsOf } from './chat.ts';
import { defineProjection, type Projection } from './projection.ts';

export interface Spent {
  /** Entries that told of usage. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In whatever currency the entries say it. */
  readonly cost: number;
}

export interface Usage extends Spent {
  /** In the order in which the models came up; `unknown` where an entry names none. */
  readonly models: readonly (Spent & { readonly model: string })[];
}

const NOTHING: Spent = { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0 };

/**
 * Tokens and cost, in all and by model. An entry of any kind that has `usage` in its refs, or else in its payload, is
 * counted once; one that repeats it is counted again. The rules: docs/projections.md.
 */
export const usage: Projection<Usage> = defineProjection<Usage>({
  name: 'usage',
  version: 1,
  initial: () => ({ ...NOTHING, models: [] }),
  evolve: (state, { payload, refs }) => {
    const told = refs['usage'] ?? payload['usage'];
    if (typeof told !== 'object' || told === null) return state;
    const name = refs['model'] ?? payload['model'];
    const model = typeof name === 'string' ? name : 'unknown';
    const more = spentOf(fieldsOf(told), refs['cost'] ?? payload['cost']);
    const known = state.models.some(item => item.model === model);
    const models = known ? state.models : [...state.models, { model, ...NOTHING }];
    return {
      ...sum(state, more),
      models: models.map(item => (item.model === model ? { model, ...sum(item, more) } : item)),
    };
  },
});

/** As the providers name it. */
function spentOf(told: Fields, cost: unknown): Spent {
  return {
    calls: 1,
    inputTokens: numberOf(told['input_tokens'] ?? told['prompt_tokens'] ?? told['inputTokens']),
    outputTokens: numberOf(told['output_tokens'] ?? told['completion_tokens'] ?? told['outputTokens']),
    cost: numberOf(told['cost'] ?? cost),
  };
}

function sum(one: Spent, other: Spent): Spent {
  return {
    calls: one.calls + other.calls,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cost: one.cost + other.cost,
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
