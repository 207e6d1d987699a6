import { hash } from 'node:crypto';

/** A thread as notifications name it: anybody may read them, and they must stay short. */
export function markOf(threadId: string): string {
  return hash('sha256', threadId, 'hex').slice(0, 8);
}
