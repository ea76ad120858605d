/** A statement was about a table or a column that is not there. */
export class NotMigrated extends Error {
  constructor(cause: Error) {
    super('The tables of Latchkey are missing or of another version: call auth.migrate() first.', { cause });
    this.name = 'NotMigrated';
  }
}
