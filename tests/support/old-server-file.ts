import Sqlite from 'better-sqlite3';

/** A row as the old server stored it: no column but the id is checked in any way. */
export type OldRow = [email: unknown, password: unknown];

/** Makes a file as the old Express server made it, with these rows, ids from 1. */
export function makeOldServerFile(path: string, rows: OldRow[] = [['ada@example.com', 'correct horse battery']]): void {
  const client = new Sqlite(path);
  client.exec('CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, password TEXT)');
  const insert = client.prepare('INSERT INTO users (email, password) VALUES (?, ?)');
  client.transaction(() => rows.forEach((row) => insert.run(...row)))();
  client.close();
}
