/** `npm run quote`: puts the files that the documents name into them, so that what they show is what runs. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);

/** The document with each block behind `<!-- file: … -->` filled from that file. */
export async function quoted(document: string): Promise<string> {
  const text = await readFile(new URL(document, root), 'utf8');
  const parts = text.split(/(<!-- file: \S+ -->\n```ts\n[\s\S]*?```)/);
  const filled = parts.map(async part => {
    const file = /^<!-- file: (\S+) -->/.exec(part)?.[1];
    if (file === undefined) return part;
    return `<!-- file: ${file} -->\n\`\`\`ts\n${await readFile(new URL(file, root), 'utf8')}\`\`\``;
  });
  return (await Promise.all(filled)).join('');
}

export const DOCUMENTS: readonly string[] = ['README.md', 'docs/agents.md', 'docs/projections.md'];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const document of DOCUMENTS) await writeFile(new URL(document, root), await quoted(document));
}
