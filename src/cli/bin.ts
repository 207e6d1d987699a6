#!/usr/bin/env node
import { checkNode } from './node-version.ts';

const problem = checkNode(process.versions.node);
if (problem === undefined) {
  // Dynamic: what main imports does not even parse on an old Node, which would hide the line below.
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
