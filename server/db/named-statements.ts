import { hash } from 'node:crypto';

import pg from 'pg';

import type { Logger } from '../kernel/logger.ts';
import { kindOf } from './timed.ts';

/** Asked so often, a statement is one of those that go on and on. */
const often = 100;

// Texts differ by shape and not by value, so there are few; the bound is for a shape that varies.
const mostTexts = 500;

type Ask = (text: string, values: unknown[]) => Promise<pg.QueryArrayResult>;

/**
 * Asks a pool of connections. A read that is asked often has a name from then on, under which PostgreSQL keeps it
 * parsed and planned in each connection. The name is made of the text, and so means the same to every process: a
 * pooler in front that knows nothing of names may hand one process a connection in which another has given it.
 * Where one refuses names, there are none any more.
 */
export function namedStatements(pool: pg.Pool, log: Pick<Logger, 'warn'>): Ask {
  const asked = new Map<string, number>();
  let isNaming = true;

  function isOften(text: string): boolean {
    if (!isNaming || kindOf(text) !== 'read') return false;
    const times = (asked.get(text) ?? 0) + 1;
    if (times > often) return true;
    if (asked.size < mostTexts) asked.set(text, times);
    return false;
  }

  return async (text, values) => {
    const query = { text, values, rowMode: 'array' as const };
    if (!isOften(text)) return await pool.query(query);
    try {
      return await pool.query({ ...query, name: `latchkey_${hash('sha256', text, 'hex').slice(0, 32)}` });
    } catch (error) {
      if (isPlanOver(error)) return await pool.query(query);
      if (!isNameRefused(error)) throw error;
      if (isNaming)
        log.warn({ event: 'database.namesRefused' }, 'A pooler keeps no named statements: none has a name any more');
      isNaming = false;
      return await pool.query(query);
    }
  };
}

/** A column has another type than when it was planned, after a migration by another process. */
const isPlanOver = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '0A000';

/** Given and not known, or known and given again. */
const isNameRefused = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '26000' || error.code === '42P05');
