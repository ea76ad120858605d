/** A statement on which the rest of its list depends: unless it hits exactly one row, the whole list is undone. */
export interface ExactlyOne<Statement> {
  exactlyOne: Statement;
}

export const exactlyOne = <Statement>(statement: Statement): ExactlyOne<Statement> => ({ exactlyOne: statement });

/** The list was undone because such a statement hit no row, or several: somebody else was faster. */
export class NotExactlyOne extends Error {
  constructor() {
    super('A statement did not hit exactly one row.');
    this.name = 'NotExactlyOne';
  }
}
