import type { ServerResponse } from 'node:http';

import type { Database } from '../db/database.ts';
import type { Logger } from '../kernel/logger.ts';
import { sendJson } from './send.ts';

/** The process is alive. Asks nothing else, so that a slow database does not get the process killed. */
export function sendLiveness(response: ServerResponse): void {
  sendJson(response, 200, { status: 'ok' });
}

/** The process can do its work: the database answers. */
export async function sendReadiness(
  response: ServerResponse,
  { db, log }: { db: Pick<Database, 'ping'>; log: Logger },
): Promise<void> {
  try {
    await db.ping();
    sendJson(response, 200, { status: 'ok' });
  } catch (err) {
    log.error({ event: 'database.unavailable', err });
    sendJson(response, 503, { status: 'unavailable' });
  }
}
