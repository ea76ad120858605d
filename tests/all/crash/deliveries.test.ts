import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { openDatabase } from '../../../server/db/open-database.ts';
import { schedule } from '../../../server/jobs/schedule.ts';
import { createCaller } from '../../support/crash/call.ts';
import { addressOf, root, run, withNode } from '../../support/process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A host of its own in a folder, as often as it is started. */
function host(folder: { file(name: string): string }) {
  const databaseUrl = `file:${folder.file('userAuth.db')}`;
  const heardFile = folder.file('heard');
  let starts = 0;
  return {
    start: (env: Record<string, string> = {}) => {
      // Each one finds the leases of those before it over.
      const CLOCK_AHEAD = String((starts += 1) * schedule.lease);
      return run('node --import ./server/preload.mjs tests/support/listening-server.ts', {
        cwd: root,
        env: { ...withNode(), DATABASE_URL: databaseUrl, HEARD: heardFile, CLOCK_AHEAD, ...env },
      });
    },
    heard: (word: string): { eventId: string; userId: string }[] => {
      const lines = existsSync(heardFile) ? readFileSync(heardFile, 'utf8').trim().split('\n') : [];
      return lines.flatMap((line) => {
        const [said, eventId = '', userId = ''] = line.split(' ');
        return said === word ? [{ eventId, userId }] : [];
      });
    },
    stored: async () => {
      const db = await openDatabase(databaseUrl, { poolSize: 1, log: { warn: () => {} } });
      try {
        return await db.orm.select().from(db.tables.events);
      } finally {
        await db.close();
      }
    },
  };
}

const registered = (answer: { body: Record<string, unknown> } | undefined): string | undefined =>
  (answer?.body['user'] as { id: string } | undefined)?.id;

test('a process that is killed while it delivers an event has lost none: the next one delivers it again', async () => {
  using folder = temporaryFolder();
  const { start, heard } = host(folder);
  let userId: string | undefined;
  {
    await using dying = start({ HANGS: 'yes' });
    const url = await addressOf(dying);
    using call = createCaller(() => url);
    userId = registered(
      await call('/api/auth/register', { body: { email: 'ada@example.com', password: 'correct horse' } }),
    );
    await expect.poll(() => heard('begun')).toHaveLength(1);
    // SIGKILL.
  }
  await using next = start();
  await addressOf(next);
  await expect.poll(() => heard('done'), { timeout: 10_000 }).toHaveLength(1);
  expect(heard('done')).toEqual(heard('begun'));
  expect(heard('done')[0]?.userId).toBe(userId);
});

test('whenever processes are killed, each registration that was acknowledged is delivered, and no other', async () => {
  using folder = temporaryFolder();
  const { start, heard, stored } = host(folder);
  const acknowledged: string[] = [];
  for (let kill = 0; kill < 3; kill += 1) {
    await using dying = start();
    const url = await addressOf(dying);
    const ending = new AbortController();
    const calling = [1, 2, 3, 4].map(async (client) => {
      using call = createCaller(() => url);
      for (let count = 0; !ending.signal.aborted; count += 1) {
        const email = `c${client}-${kill}-${count}@example.com`;
        const id = registered(await call('/api/auth/register', { body: { email, password: 'correct horse' } }));
        if (id) acknowledged.push(id);
      }
    });
    await sleep(100 + 150 * kill);
    await dying[Symbol.asyncDispose]();
    ending.abort();
    await Promise.all(calling);
  }
  await using last = start();
  await addressOf(last);
  const events = (await stored()).filter(({ kind }) => kind === 'user.registered').map(({ id }) => id);
  const delivered = (): Set<string> => new Set(heard('done').map(({ eventId }) => eventId));
  await expect.poll(delivered, { timeout: 20_000 }).toEqual(new Set(events));
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(heard('done').map(({ userId }) => userId)).toEqual(expect.arrayContaining(acknowledged));
});
