/** A peer's module from `bench/node_modules`; the caller says what it uses of it, since its types are not here. */
export async function loadPeer<Module>(name: string): Promise<Module> {
  try {
    return (await import(name)) as Module;
  } catch (cause) {
    throw new Error(`${name} cannot be loaded: run \`npm ci --prefix bench\` first`, { cause });
  }
}
