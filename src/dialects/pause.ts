/** A jittered wait before the next try, so that those who were in each other's way do not meet again. */
export function pause(attempt: number): Promise<void> {
  const ceiling = Math.min(2 ** attempt, 64);
  return new Promise(resolve => setTimeout(resolve, 1 + Math.random() * ceiling));
}
