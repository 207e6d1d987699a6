/** `node bench/report.ts result.json`: writes the figures of a run into README.md and draws the plot. */
import { readFileSync, writeFileSync } from 'node:fs';
import { machineLine } from './machine.ts';
import { latencyPlot } from './plot.ts';
import type { Result } from './result.ts';
import { contestTable, figureTable, forMarkdown } from './table.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('say which result: node bench/report.ts result.json');
  process.exit(2);
}
const result: Result = JSON.parse(readFileSync(file, 'utf8'));
const readme = new URL('README.md', import.meta.url);
const [before = '', rest = ''] = cut(readFileSync(readme, 'utf8'), '<!-- figures -->');
const [, after = ''] = cut(rest, '<!-- /figures -->');
const parts = [
  `\`${result.command}\`${result.quick ? ' (a quick run: its counts are too small to judge)' : ''}`,
  machineLine(result.machine),
  ...(result.figures.length > 0 ? [forMarkdown(figureTable(result))] : []),
  ...result.contests.map(contest => forMarkdown(contestTable(contest, result.quick))),
];
writeFileSync(readme, `${before}<!-- figures -->\n${parts.join('\n\n')}\n<!-- /figures -->${after}`);
console.log('bench/README.md');
if (result.contests.length > 0) {
  writeFileSync(new URL('latency.svg', import.meta.url), latencyPlot(result.contests));
  console.log('bench/latency.svg');
}

function cut(text: string, marker: string): readonly string[] {
  const at = text.indexOf(marker);
  if (at === -1) throw new Error(`bench/README.md has no ${marker}`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}
