import { appendFileSync } from 'node:fs';

import { readConfig } from '../../server/config.ts';
import { createAuth } from '../../server/create-auth.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { serve } from '../../server/http/server.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { noMetrics } from '../../server/kernel/metrics.ts';

// A host in a process of its own: it writes down what its listener hears, and may hang there.
const { DATABASE_URL = '', HEARD = '', HANGS, CLOCK_AHEAD = '0' } = process.env;

const config = readConfig({ PORT: '0', RATE_LIMITS: 'off', DATABASE_URL });
const log = createLogger('warn', process.stdout);
const auth = await createAuth({
  ...config,
  log,
  hasher: createBcryptHasher(4, bcryptOnNodesPool),
  clock: { now: () => new Date(Date.now() + Number(CLOCK_AHEAD)) },
});
auth.on('user.registered', async ({ id, userId }) => {
  appendFileSync(HEARD, `${HANGS ? 'begun' : 'done'} ${id} ${userId}\n`);
  if (HANGS) await new Promise(() => {});
});
await auth.migrate();
const { port } = await serve({ ...auth, log, metrics: noMetrics }, config);
console.log(`Server running at http://localhost:${port}`);
