import { hash } from 'node:crypto';
import type { FeedPlace } from '../dialects/index.ts';

/** A place in the feed of one database. */
export interface FeedCursor extends FeedPlace {
  /** Of which database; empty where that cannot be told. */
  readonly epoch: string;
}

/** Changes when a cursor of before can no longer be read. */
const VERSION = '1';
const MARK = '[A-Za-z0-9_,:-]*';
const FORM = new RegExp(`^${VERSION}\\.([0-9a-f]{16}|)\\.(${MARK})\\.(${MARK})\\.(0|[1-9][0-9]{0,15})$`);

/** Undefined for anything that {@link cursorText} does not write. */
export function parseCursor(text: string): FeedCursor | undefined {
  const [, epoch, base, target, digits] = FORM.exec(text) ?? [];
  const position = Number(digits);
  if (epoch === undefined || base === undefined || target === undefined) return undefined;
  return Number.isSafeInteger(position) ? { epoch, base, target, position } : undefined;
}

export function cursorText(epoch: string, { base, target, position }: FeedPlace): string {
  return `${VERSION}.${epoch}.${base}.${target}.${position}`;
}

/** Short, and tells nothing about the server. */
export function epochOf(identity: string): string {
  return identity === '' ? '' : hash('sha256', identity, 'hex').slice(0, 16);
}
