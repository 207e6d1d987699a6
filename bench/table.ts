import { COLUMNS, type Column, type Contest, type Entrant, lead, scoreOf } from './contest.ts';
import { type Figure, isMet, type Target, type Unit } from './harness.ts';
import type { Result } from './result.ts';

/** Rows of cells; the first is the heading. */
export type Table = readonly (readonly string[])[];

export function figureTable({ figures, quick }: Result): Table {
  const heading = ['row', 'database', 'workload', 'ours', 'baseline', 'ratio (min–max)', 'target', 'met'];
  return [heading, ...figures.map(figure => figureCells(figure, quick))];
}

function figureCells(figure: Figure, quick: boolean): readonly string[] {
  const { row, database, workload, ours, baseline, ratio, rounds, target, unit } = figure;
  const side = ({ name, median }: Figure['ours']): string => `${amount(median, unit)} · ${name}`;
  const spread = rounds > 1 ? ` (${factor(ratio.min)}–${factor(ratio.max)})` : '';
  const met = quick ? undefined : isMet(figure);
  return [
    row,
    database,
    workload,
    side(ours),
    side(baseline),
    `${factor(ratio.median)}×${spread}`,
    target === undefined ? '–' : targetText(target),
    met === undefined ? '–' : met ? 'met' : 'NOT met',
  ];
}

/** P13: each contestant's figures, and behind a rival's how many times better ours are. */
export function contestTable({ database, messages, entrants }: Contest, quick: boolean): Table {
  const ours = entrants.find(entrant => entrant.ours);
  const columns = Object.keys(COLUMNS) as Column[];
  const heading = [`P13 ${database}, ${messages.toLocaleString('en')} messages`];
  const rows = entrants.map(entrant => [
    entrant.name,
    ...columns.map(column => scoreText(column, entrant, ours)),
    quick || entrant === ours || ours === undefined ? '–' : verdict(ours, entrant, columns),
  ]);
  return [[...heading, ...columns.map(column => COLUMNS[column].title), 'ours is'], ...rows];
}

function scoreText(column: Column, entrant: Entrant, ours: Entrant | undefined): string {
  const unit = column === 'bytes' ? 'bytes' : COLUMNS[column].more ? 'appends/s' : 'ms';
  const text = amount(scoreOf(entrant, column), unit).replace(' appends/s', '');
  return ours === undefined || entrant === ours ? text : `${text} (${factor(lead(ours, entrant, column))}×)`;
}

function verdict(ours: Entrant, rival: Entrant, columns: readonly Column[]): string {
  const behind = columns.filter(column => lead(ours, rival, column) < 1).map(column => COLUMNS[column].title);
  return behind.length === 0 ? 'ahead in every column' : `behind in: ${behind.join(', ')}`;
}

function targetText({ at, ratio }: Target): string {
  return `${at === 'least' ? '≥' : '≤'} ${ratio}×`;
}

function factor(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function amount(value: number, unit: Unit): string {
  if (unit === 'bytes') return value >= 1e6 ? `${(value / 1e6).toFixed(2)} MB` : `${(value / 1e3).toFixed(0)} kB`;
  if (unit === 'MiB') return `${value.toFixed(0)} MiB`;
  if (unit === 'ms') return `${value >= 100 ? value.toFixed(0) : value.toFixed(2)} ms`;
  return `${Math.round(value).toLocaleString('en')} ${unit}`;
}

export function forTerminal(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0)));
  return table
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function forMarkdown([heading = [], ...rows]: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}
