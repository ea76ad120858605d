import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { vi } from 'vitest';

/** A statement of ours, as a driver was given it. */
export interface Sent {
  text: string;
  /** PostgreSQL plans by them; SQLite does not. */
  values: unknown[];
}

const isOurs = ({ text }: Sent): boolean => /^(select|insert|update|delete) /.test(text) && /"id"/.test(text);

/** Listens to both drivers until it is disposed of; tells of each text once. */
export function listenToDrivers(): { sent: () => Sent[] } & Disposable {
  const prepared = vi.spyOn(Sqlite.prototype, 'prepare');
  const queried = vi.spyOn(pg.Client.prototype, 'query');
  return {
    sent() {
      const onSqlite = prepared.mock.calls.map(([text]) => ({ text, values: [] }));
      const onPostgres = queried.mock.calls.map((given: unknown[]) => sentBy(given));
      const ours = [...onSqlite, ...onPostgres].filter(isOurs);
      return [...new Map(ours.map((one) => [one.text, one])).values()];
    },
    [Symbol.dispose]() {
      prepared.mockRestore();
      queried.mockRestore();
    },
  };
}

/** `pg` is called in two ways: with a text and its values, and with both in one object. */
function sentBy([first, second]: unknown[]): Sent {
  const { text, values } = (typeof first === 'string' ? { text: first, values: second } : first) as Sent;
  return { text, values: Array.isArray(values) ? values : [] };
}
