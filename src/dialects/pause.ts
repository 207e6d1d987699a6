/** A jittered wait before the next try, so that those who were in each other's way do not meet again. */
export function pause(attempt: number): Promise<void> {
  const ceiling = Math.min(2 ** attempt, 64);
  return new Promise(resolve => setTimeout(resolve, 1 + Math.random() * ceiling));
}

/** Milliseconds to wait after so many failures: twice as long each time, and not all processes at the same moment. */
export function backoffMs(failures: number, longest: number): number {
  return Math.min(100 * 2 ** failures, longest) * (0.5 + Math.random() / 2);
}
