import pg from 'pg';

import { Refusal } from '../kernel/refusal.ts';
import { generalRefusals } from '../kernel/refusals.ts';
import { UniqueViolation } from '../kernel/unique-violation.ts';
import { NotMigrated } from './not-migrated.ts';

/** A statement that PostgreSQL refused for a reason nobody expected. Names no value: the driver's own error does. */
export class DatabaseFault extends Error {
  constructor(sqlState: string, statement: string) {
    super(`PostgreSQL refused a statement with SQLSTATE ${sqlState}: ${statement}`);
    this.name = 'DatabaseFault';
  }
}

/**
 * What the driver threw, fit to leave `db/`: its own errors carry bound values in their texts.
 *
 * @returns UniqueViolation, the refusal `BUSY` where trying again may help, or DatabaseFault
 */
export function translated(error: unknown, statement: string): unknown {
  if (isUnavailable(error)) return busyBecause(error);
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', table = '', constraint = '' } = error;
  if (/^(42P01|42703|3F000)$/.test(code)) return new NotMigrated(new DatabaseFault(code, statement));
  if (code === '23505') return new UniqueViolation(columnOf(table, constraint));
  return new DatabaseFault(code, statement);
}

/** For the log alone: what PostgreSQL or the system calls the reason, and no value of a statement. */
function busyBecause(error: Error): Refusal {
  const cause = new Error('code' in error && typeof error.code === 'string' ? error.code : error.message);
  return Object.assign(new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 2 }), { cause });
}

/** Constraints are named `table_column_unique`. */
const columnOf = (table: string, constraint: string): string =>
  `${table}.${constraint.slice(table.length + 1).replace(/_unique$/, '')}`;

/** Of two that got into each other's way this one was undone, and may try again. */
export const isConflict = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01');

// Connections (08), a password that was changed (28), resources (53), operators stepping in (57: shutdown,
// restart, time-outs), locks that are not given (55P03), a server that was made a standby (25006),
// conflicts that did not end (40).
const passing = /^(08|28|53|57|40)|^(55P03|25006)$/;

/** Whether the database could not be asked, as while it restarts or fails over. */
export function isUnavailable(error: unknown): error is Error {
  if (error instanceof pg.DatabaseError) return passing.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  // Whatever the reason, as where a socket is gone (ENOENT) or no file may be opened any more (EMFILE).
  if ('syscall' in error && error.syscall === 'connect') return true;
  const code = 'code' in error ? String(error.code) : '';
  return /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/.test(code) || driversOwn.test(error.message);
}

// The driver says these in words only.
const driversOwn =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error|not queryable/;
