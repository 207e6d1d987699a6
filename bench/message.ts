import type { NewEntry } from '../src/index.ts';

const WORDS =
  `account address agent airport answer approve arrival balance booking cabin cancel carry change charge check
city class code confirm connect customer date delay depart detail direct economy email evening exchange explain fare
fee final flight form free gate gift handle help hold hour include insurance issue itinerary late leave limit list
local luggage meal member minute morning move name need night number offer option order original partner pass pay
payment person phone place plan please policy price problem profile provide question reason record refund remove reply
request reservation return reward route rule schedule seat select send service silver single standard start status
stop summer support system ticket time today total travel trip update upgrade user value verify waiting week window`.split(
    /\s+/,
  );

export interface Message extends Readonly<Record<string, unknown>> {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** A chat message of about 230 bytes of JSON; the same for the same number in every run. */
export function message(number: number): Message {
  let state = (number + 1) * 2_654_435_761;
  let content = `Message ${number}:`;
  while (content.length < 190) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content += ` ${WORDS[(state >>> 8) % WORDS.length]}`;
  }
  return { role: number % 2 === 0 ? 'user' : 'assistant', content };
}

export function messageEntry(number: number): NewEntry {
  return { kind: 'message', payload: message(number) };
}

/** `count` entries from `from` on. */
export function messageEntries(count: number, from = 0): readonly NewEntry[] {
  return Array.from({ length: count }, (_, index) => messageEntry(from + index));
}

let count = 0;

/** As long as the journal's ids, and as they do, in order: that is the cheapest kind for the index. */
export function nextId(): string {
  count += 1;
  return `entry_${String(count).padStart(36, '0')}`;
}
