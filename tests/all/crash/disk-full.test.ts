import { closeSync, openSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { audit } from '../../support/crash/audit.ts';
import { createCaller } from '../../support/crash/call.ts';
import { numbersOf, say } from '../../support/crash/campaign.ts';
import { underLoad } from '../../support/crash/clients.ts';
import { emptyJournal } from '../../support/crash/journal.ts';
import { createRandom } from '../../support/crash/random.ts';
import { startServer } from '../../support/crash/server-process.ts';
import { noSmallDisk, smallDisk } from '../../support/crash/small-disk.ts';
import { freePort } from '../../support/postgres-cluster.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ada } from '../../support/test-app.ts';

const plants = ['quick-hashes'];

test('on a full disk reads go on, each change is refused whole, and with room again all is as before', async (context) => {
  using disk = smallDisk(20_000);
  if (!disk) return context.skip(noSmallDisk);
  const databaseUrl = `file:${disk.file('userAuth.db')}`;
  await using server = await startServer({ databaseUrl, plants });
  const journal = emptyJournal();
  const load = { url: () => server.url, journal, random: createRandom(), clients: 4 };
  using call = createCaller(load.url);
  const { register } = journal.acknowledged;
  await underLoad(load, () => journal.acknowledged.register >= register + 50);
  expect(journal.failed).toBe(0);
  const token = String((await call('/api/auth/register', { body: { ...ada, deliver: 'token' } }))?.body['token']);

  disk.fill();
  await underLoad(load, () => journal.failed >= 200);
  const refused = await call('/api/auth/logout', { body: {}, token });
  expect(refused).toMatchObject({ status: 500, body: { reason: 'UNEXPECTED' } });
  expect(await call('/api/auth/me', { token })).toMatchObject({ status: 200, body: { user: { email: ada.email } } });
  expect((await call('/livez'))?.status).toBe(200);
  expect(server.printed()).toContain('database or disk is full');

  disk.free();
  const { failed } = journal;
  const before = journal.acknowledged.register;
  await underLoad(load, () => journal.acknowledged.register >= before + 50);
  expect(journal.failed).toBe(failed);
  expect((await call('/api/auth/logout', { body: {}, token }))?.status).toBe(200);

  // Adas own account is in no journal.
  const faults = await audit(journal, { databaseUrl, url: load.url });
  expect(faults).toEqual([`nobody asked for ${ada.email}`]);
  expect(server.isAlive()).toBe(true);
  say(`Disk full: ${numbersOf(journal)}, ${failed} refused with 500`);
});

test('what a full disk has no room for of the log is there once it has room', async (context) => {
  using disk = smallDisk(400);
  if (!disk) return context.skip(noSmallDisk);
  using folder = temporaryFolder();
  const logTo = openSync(disk.file('log'), 'a');
  const env = { PORT: String(await freePort()) };
  await using server = await startServer({ databaseUrl: `file:${folder.file('userAuth.db')}`, env, logTo, plants });
  closeSync(logTo);
  using call = createCaller(() => server.url);
  expect((await call('/api/auth/register', { body: ada }))?.status).toBe(201);
  disk.fill();
  // About 50 kB: more than is left in the last block.
  for (let calls = 0; calls < 300; calls += 1) {
    expect((await call('/api/auth/login', { body: ada }))?.status).toBe(200);
  }
  disk.free();
  await server.stop();
  const entries = readFileSync(disk.file('log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event);
  // And that of the registration.
  expect(entries.filter((event) => event === 'session.started')).toHaveLength(301);
  expect(entries.at(-1)).toBe('server.stopped');
});
