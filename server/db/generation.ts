import { setImmediate as nextTurn } from 'node:timers/promises';

import type Sqlite from 'better-sqlite3';

/** Tells whether what was read of accounts and sessions may have changed since, whoever has changed it. */
export interface Generation {
  /** The same number as before only while no row of them was written, by this connection or another. */
  now(): Promise<number>;
  /** To be told of every statement of this connection that writes. */
  noteWrite(sql: string): void;
}

// As Drizzle writes them; one of another form counts as well. A row that goes with its account goes by a statement on `users`.
const concernsOthers = /^(?:insert into|update|delete from) "(?!(?:users|sessions)")\w+"(?!\.)/;

export function createGeneration(client: Sqlite.Database): Generation {
  // SQLite's own: it differs once another connection, of any process, has committed. Own writes are not in it.
  const dataVersion = client.prepare<[], number>('pragma data_version').pluck();
  // What a trigger of somebody else's writes is in no statement of ours. Whoever makes one commits.
  const trigger = client.prepare<[], number>("select count(*) from sqlite_schema where type = 'trigger'").pluck();
  let hasTriggers = true;
  let generation = 0;
  let seen: number | undefined;
  let asked: Promise<number> | undefined;

  function look(): number {
    const version = readOrNothing(() => dataVersion.get());
    const isOther = version === undefined || version !== seen;
    if (isOther) hasTriggers = readOrNothing(() => trigger.get()) !== 0;
    if (isOther || hasTriggers) generation += 1;
    seen = version;
    return generation;
  }

  return {
    noteWrite(sql) {
      if (!concernsOthers.test(sql)) generation += 1;
    },
    // The file is locked and unlocked for it: once for all who ask in one turn of the event loop, and when that
    // is over, so later than any of them has asked.
    async now() {
      asked ??= nextTurn().then(() => {
        asked = undefined;
        return look();
      });
      return await asked;
    },
  };
}

/** Nothing where the file is locked: whoever reads then finds out by themselves. */
function readOrNothing<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
