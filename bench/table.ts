/** One figure: what was measured, the least that it could cost on this machine, and the most that it may cost. */
export interface Figure {
  readonly what: string;
  /** The text to show, with the unit. */
  readonly measured: string;
  /** The least that it could cost on this machine, measured in the same run; null where there is no such measure. */
  readonly floor: string | null;
  /** `measured` divided by `floor`, where that says something. */
  readonly ratio: number | null;
  /** The bound in words; null where the figure has none. */
  readonly bound: string | null;
  readonly held: boolean | null;
}

/** A Markdown table, as it stands in the README. */
export function table(figures: readonly Figure[]): string {
  const head = ['figure', 'measured', 'floor', 'ratio', 'bound', ''];
  const rows = figures.map(({ what, measured, floor, ratio, bound, held }) => [
    what,
    measured,
    floor ?? '',
    ratio === null ? '' : `${ratio.toFixed(2)} ×`,
    bound ?? '',
    held === null ? '' : held ? '✓' : '✗',
  ]);
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0), title.length),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The value below which `part` of the values lie. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
export const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
