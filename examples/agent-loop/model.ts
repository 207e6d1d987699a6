import type { Entry } from 'thread-journal';

export type Reply =
  | { readonly tool: string; readonly content?: undefined }
  | { readonly content: string; readonly tool?: undefined };

const SCRIPT: readonly Reply[] = [
  { tool: 'train' },
  { tool: 'hotel' },
  { tool: 'table for two' },
  { content: 'Train, hotel and dinner are booked. Bon voyage!' },
];

/** A model that needs no network: like a real one, it is given the history, and says what comes next. */
export async function ask(history: readonly Entry[]): Promise<Reply> {
  const answered = history.filter(({ kind }) => kind === 'tool_result').length;
  return SCRIPT[answered] ?? { content: 'Nothing left to do.' };
}
