import { expect, test } from 'vitest';

import { importedRow } from '../../server/features/import-lines/contract.ts';
import { foreignHashes, storedForm } from '../support/foreign-hashes.ts';
import { sectionOf } from '../support/markdown.ts';
import { asAdmin, blankDatabase } from '../support/test-database.ts';

// As Better Auth makes them, as far as they matter here.
const tables = `
  create table "user" (id text primary key, name text not null, email text not null unique, "emailVerified" boolean not null,
    "createdAt" timestamptz not null);
  create table account (id text primary key, "providerId" text not null, "userId" text not null references "user", password text);
  insert into "user" values ('a', 'Ada', 'ada@example.com', true, '2024-05-31 12:00:00.123456+02'),
    ('b', '', 'bob@example.com', false, '2024-06-01 12:00:00+02');`;

test('the statement for a database of Better Auth makes lines that can be imported', async () => {
  const section = sectionOf('docs/importing.md', 'Better Auth');
  const [, statement = ''] = /-c "\n([^]*?)"\n```/.exec(section) ?? [];
  const passwordHash = foreignHashes.find(({ made }) => made.startsWith('better-auth'))?.passwordHash;
  const rows = await asAdmin(await blankDatabase(), async (client) => {
    await client.query(tables);
    await client.query(`insert into account values ('1', 'credential', 'a', $1), ('2', 'github', 'a', null)`, [
      passwordHash,
    ]);
    const found = await client.query<[unknown]>({ text: statement.replaceAll(String.raw`\"`, '"'), rowMode: 'array' });
    return found.rows.map(([row]) => row);
  });
  expect(rows).toMatchObject([{ passwordHash }, { passwordHash: null }]);
  expect(storedForm(passwordHash)).toMatch(/^\$scrypt-nfkc\$/);
  const [ada, bob] = rows.map((row) => importedRow.parse(row));
  expect(ada).toMatchObject({ id: 'a', email: 'ada@example.com', name: 'Ada', emailVerified: true });
  expect(ada?.createdAt).toEqual(new Date('2024-05-31T10:00:00.123Z'));
  expect(bob).toMatchObject({ id: 'b', name: null, emailVerified: false });
});
