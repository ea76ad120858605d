/** A write that the database refused because a unique index holds the value already. */
export class UniqueViolation extends Error {
  /** The column whose value was taken, `table.column`. */
  readonly column: string;

  constructor(column: string) {
    super(`The value of ${column} is taken.`);
    this.name = 'UniqueViolation';
    this.column = column;
  }
}
