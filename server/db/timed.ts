import type { DatabaseWork, Metrics } from '../kernel/metrics.ts';
import { Refusal } from '../kernel/refusal.ts';

/** Runs work on the database and tells how long it took: waiting and trying again included. */
export type Timed = <Result>(kind: DatabaseWork, work: () => Promise<Result>) => Promise<Result>;

export function timedBy(metrics: Metrics): Timed {
  return async (kind, work) => {
    const ended = metrics.database(kind);
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal && error.refusal.reason === 'BUSY') metrics.databaseBusy();
      throw error;
    } finally {
      ended();
    }
  };
}

/** Drizzle writes keywords in lower case. */
export const kindOf = (sql: string): DatabaseWork => (sql.startsWith('select') ? 'read' : 'write');
