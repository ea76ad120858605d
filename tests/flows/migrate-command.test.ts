import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { openDatabase } from '../../server/db/open-database.ts';
import { runLatchkey } from '../support/command-line.ts';
import { makeOldServerFile } from '../support/old-server-file.ts';
import { root } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { blankDatabase, isPostgres } from '../support/test-database.ts';

const migrations = readdirSync(join(root, 'drizzle', isPostgres ? 'postgres' : 'sqlite'))
  .filter((name) => name.endsWith('.sql'))
  .map((name) => name.replace('.sql', ''))
  .toSorted();

describe('latchkey migrate', () => {
  test('says with --dry-run which migrations are missing, changes nothing, and then applies them', async () => {
    using folder = temporaryFolder();
    const env = { DATABASE_URL: isPostgres ? await blankDatabase() : `file:${folder.file('new.db')}` };
    const dry = async () => JSON.parse((await runLatchkey(['migrate', '--dry-run', '--json'], { env })).out);
    for (let time = 0; time < 2; time += 1) expect(await dry()).toMatchObject({ missing: migrations, applied: [] });
    expect(existsSync(folder.file('new.db'))).toBe(false);
    const db = await openDatabase(env.DATABASE_URL, { poolSize: 1, log: { warn: () => {} }, migratesLater: true });
    expect(await db.isUpToDate()).toBe(false);
    await db.close();

    const { code, out } = await runLatchkey(['migrate', '--json'], { env });
    expect([code, JSON.parse(out).applied]).toEqual([0, migrations]);
    expect(await dry()).toMatchObject({ missing: [], applied: [] });
    expect((await runLatchkey(['migrate', '--dry-run'], { env })).out).toMatch(/is up to date: there is nothing/);
  });

  test('says with --dry-run of what is not ours what it would say without', async () => {
    using folder = temporaryFolder();
    makeOldServerFile(folder.file('old.db'));
    const { code, err } = await runLatchkey(['migrate', '--dry-run'], {
      env: { DATABASE_URL: `file:${folder.file('old.db')}` },
    });
    expect([code, err]).toEqual([1, expect.stringContaining('was made by the old Express server')]);
  });
});
