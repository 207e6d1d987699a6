const NEEDED = [22, 18] as const;

/** What is wrong with this version of Node, in one line, or undefined. Imports nothing: it must load on any Node. */
export function checkNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return undefined;
  return `thread-journal needs Node ${NEEDED.join('.')} or newer, this is ${version}: install one from https://nodejs.org`;
}
