import { expect, test } from 'vitest';

import { openDatabase } from '../../server/db/open-database.ts';
import { foreignHashes } from '../support/foreign-hashes.ts';
import { importMany, writeAccounts } from '../support/import-lines.ts';
import { isWhole } from '../support/many.ts';
import { root } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testApp } from '../support/test-app.ts';

// The same as on SQLite.
test.runIf(isWhole)(
  'npm run import brings 100,000 accounts into PostgreSQL in less than a minute, also where it is killed in the middle',
  async () => {
    using folder = temporaryFolder();
    const argon2 = foreignHashes.find(({ made, isCostly }) => made.startsWith('@node-rs') && !isCostly);
    await writeAccounts(folder.file('accounts.jsonl'), 100_000, argon2?.passwordHash);
    await using app = await testApp({ hasher: 'ofProduction' });
    const db = await openDatabase(app.database.url, { poolSize: 1, log: { warn: () => {} } });

    const where = { cwd: root, databaseUrl: app.database.url, file: folder.file('accounts.jsonl') };
    const count = async (): Promise<number> =>
      (await db.orm.select({ id: db.tables.users.id }).from(db.tables.users)).length;
    const seconds = await importMany(where, count);
    const { password = '' } = argon2 ?? {};
    expect((await app.post('/api/auth/login', { email: 'user99999@example.com', password })).status).toBe(200);
    console.log(`100,000 accounts into PostgreSQL: the rest in ${seconds.toFixed(1)} s`);
    await db.close();
  },
);
