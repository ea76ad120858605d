/** The lines of a table, with its columns as wide as what stands in them. */
export function markdownTable(head: string[], rows: string[][]): string[] {
  const cells = [head, head.map(() => ''), ...rows];
  const widths = head.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line, index) => {
    const padded = widths.map((width, column) =>
      index === 1 ? '-'.repeat(width) : (line[column] ?? '').padEnd(width),
    );
    return `| ${padded.join(' | ')} |`;
  });
}
