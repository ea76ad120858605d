import { chmodSync, chownSync, copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { audit } from '../../support/crash/audit.ts';
import { createCaller } from '../../support/crash/call.ts';
import { underLoad } from '../../support/crash/clients.ts';
import { emptyJournal } from '../../support/crash/journal.ts';
import { createRandom } from '../../support/crash/random.ts';
import { startServer } from '../../support/crash/server-process.ts';
import type { ServerOptions, ServerProcess } from '../../support/crash/server-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A server whose file something happens to while clients call, and the journal of what it acknowledged. */
function loaded(options: ServerOptions) {
  const journal = emptyJournal();
  const running: { server?: ServerProcess } = {};
  const url = (): string => running.server?.url ?? '';
  const load = { url, journal, random: createRandom(), clients: 4 };
  return {
    journal,
    start: async () => (running.server = await startServer({ plants: ['quick-hashes'], ...options })),
    until: async (isOver: () => boolean) => await underLoad(load, isOver),
    more: async () => {
      const enough = journal.acknowledged.register + 50;
      await underLoad(load, () => journal.acknowledged.register >= enough);
    },
    faults: async (of = journal) => await audit(of, { databaseUrl: options.databaseUrl, url }),
  };
}

const garbage = Buffer.alloc(200_000, 'garbage');

describe.skipIf(process.platform === 'win32')('while the server runs, its file', () => {
  test('may be swapped for garbage: no change is acknowledged until it is put back, and then all is there', async () => {
    using folder = temporaryFolder();
    const file = folder.file('userAuth.db');
    const { journal, start, until, more, faults } = loaded({ databaseUrl: `file:${file}` });
    await using server = await start();
    using call = createCaller(() => server.url);
    await more();
    expect(journal.failed).toBe(0);

    renameSync(file, `${file}.aside`);
    writeFileSync(file, garbage);
    const { register, login, logout } = journal.acknowledged;
    await until(() => journal.failed >= 200);
    expect(journal.acknowledged).toMatchObject({ register, login, logout });
    expect((await call('/livez'))?.status).toBe(200);
    expect((await call('/readyz'))?.status).toBe(503);
    expect(server.printed()).toContain('was moved, removed or replaced while it was in use');

    renameSync(`${file}.aside`, file);
    await more();
    expect((await call('/readyz'))?.status).toBe(200);
    expect(await faults()).toEqual([]);
  });

  // Whoever writes into SQLite's file destroys what is in it. The server neither ends nor lies.
  test('may be overwritten where it lies: answers are right or refused, and a backup brings back all that was in it', async () => {
    using folder = temporaryFolder();
    const file = folder.file('userAuth.db');
    const { journal, start, until, more, faults } = loaded({ databaseUrl: `file:${file}` });
    await using server = await start();
    await more();
    await server.stop();
    copyFileSync(file, folder.file('backup.db'));
    const inBackup = structuredClone(journal);

    await using second = await start();
    writeFileSync(file, garbage);
    let looks = 0;
    await until(() => (looks += 1) > 500);
    expect(journal.contradictions).toEqual([]);
    expect(second.isAlive()).toBe(true);
    await second.kill();

    for (const name of [file, `${file}-wal`, `${file}-shm`]) rmSync(name, { force: true });
    copyFileSync(folder.file('backup.db'), file);
    await using third = await start();
    expect(await faults(inBackup)).toEqual([]);
    expect(third.isAlive()).toBe(true);
  });

  // Root may write everything, so root's tests run the server as nobody.
  test.skipIf(process.getuid?.() !== 0)(
    'may be made read-only: it goes on, the next start says so, and all is there',
    async () => {
      using folder = temporaryFolder();
      const nobody = 65_534;
      const file = folder.file('userAuth.db');
      chownSync(folder.path, nobody, nobody);
      const { journal, start, more, faults } = loaded({ databaseUrl: `file:${file}`, uid: nobody });
      await using server = await start();
      await more();
      chmodSync(file, 0o444);
      chmodSync(folder.path, 0o555);
      await more();
      expect(journal.failed).toBe(0);
      await server.kill();
      await expect(start()).rejects.toThrow(/userAuth\.db cannot be written\. Give this user the right/);

      chmodSync(folder.path, 0o755);
      chmodSync(file, 0o600);
      await using second = await start();
      await more();
      expect(await faults()).toEqual([]);
      expect(second.isAlive()).toBe(true);
    },
  );
});
