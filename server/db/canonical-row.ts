import type { Row } from './all-tables.ts';

/** A row as text that is the same wherever it is stored: columns by name, instants as milliseconds, bytes as hex. */
export const canonical = (row: Row): string =>
  JSON.stringify(
    Object.keys(row)
      .toSorted()
      .map((column) => [column, plain(row[column])]),
  );

/** The columns in which two rows are not the same. */
export const differences = (one: Row, other: Row): string[] =>
  Object.keys(one).filter((column) => plain(one[column]) !== plain(other[column]));

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  return Buffer.isBuffer(value) ? value.toString('hex') : value;
}
