import { closeSync, openSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { createCaller } from '../support/crash/call.ts';
import { startServer } from '../support/crash/server-process.ts';
import type { ServerProcess } from '../support/crash/server-process.ts';
import { freePort } from '../support/postgres-cluster.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ada } from '../support/test-app.ts';

/** Calls that each write a line to the log. */
async function expectToLive(server: ServerProcess): Promise<void> {
  using call = createCaller(() => server.url);
  for (let calls = 0; calls < 5; calls += 1) {
    expect((await call('/api/auth/login', { body: ada }))?.status).toBe(401);
  }
  expect(server.isAlive()).toBe(true);
}

describe.skipIf(process.platform !== 'linux')('a server lives on', () => {
  test('when the log cannot be written, because the disk is full', async () => {
    using folder = temporaryFolder();
    const logTo = openSync('/dev/full', 'w');
    const env = { PORT: String(await freePort()) };
    await using server = await startServer({ databaseUrl: `file:${folder.file('userAuth.db')}`, env, logTo });
    closeSync(logTo);
    await expectToLive(server);
  });
});
