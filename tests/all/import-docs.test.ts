import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { storedFormOf } from '../../server/hashing/foreign-forms.ts';
import type { FirebaseProject } from '../../server/hashing/foreign-forms.ts';
import { importedRow } from '../../server/features/import-lines/contract.ts';
import { firebaseExample, foreignHashes } from '../support/foreign-hashes.ts';
import { sectionOf } from '../support/markdown.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const keycloak = foreignHashes.find(({ made }) => made.includes('Keycloak'))?.passwordHash as object;
const django = foreignHashes.find(({ made }) => made.startsWith('django'))?.passwordHash;
const { passwordHash: ofFirebase, project } = firebaseExample();

const ofDjango = { email: 'ada@example.com', first_name: '', last_name: '', is_active: true, password: django };
const ofKeycloak = { email: 'ada@example.com', enabled: true, emailVerified: true, createdTimestamp: 1508893925123 };

/** An export of each, as far as it matters: one person with a password, one without, and others who have no address. */
const exports: Record<string, { file: string; content: unknown; project?: FirebaseProject }> = {
  Firebase: {
    file: 'users.json',
    project,
    content: {
      users: [
        {
          localId: 'a',
          email: 'ada@example.com',
          emailVerified: true,
          passwordHash: ofFirebase.hash,
          salt: ofFirebase.salt,
          createdAt: '1508893925123',
        },
        { localId: 'b', email: 'bob@example.com', displayName: 'Bob', disabled: true, createdAt: '1508893925000' },
        { localId: 'c', phoneNumber: '+1', createdAt: '1508893925000' },
      ],
    },
  },
  Django: {
    file: 'users.json',
    content: [
      { model: 'auth.user', pk: 1, fields: { ...ofDjango, date_joined: '2017-10-25T01:12:05.123Z' } },
      {
        model: 'auth.user',
        pk: 2,
        fields: {
          ...ofDjango,
          email: 'bob@example.com',
          first_name: 'Bob',
          password: '!x',
          is_active: false,
          date_joined: '2017-10-25T01:12:05Z',
        },
      },
    ],
  },
  Keycloak: {
    file: 'realm.json',
    content: {
      realm: 'my-realm',
      users: [
        {
          id: 'a',
          ...ofKeycloak,
          credentials: [
            { type: 'otp', secretData: '{}' },
            { type: 'password', ...keycloak, kind: undefined },
          ],
        },
        { id: 'b', ...ofKeycloak, email: 'bob@example.com', firstName: 'Bob', enabled: false, credentials: [] },
        { id: 'c', username: 'service-account', enabled: true, createdTimestamp: 1508893925123 },
      ],
    },
  },
};

test.skipIf(spawnSync('jq', ['--version']).status !== 0).each(Object.keys(exports))(
  'the command for an export of %s makes lines that can be imported',
  (source) => {
    using folder = temporaryFolder();
    const { file, content, project: parameters } = exports[source] ?? { file: '', content: '' };
    writeFileSync(folder.file(file), JSON.stringify(content));
    const [command = ''] = /^jq -c [^]*?> accounts\.jsonl$/m.exec(sectionOf('docs/importing.md', source)) ?? [];
    execFileSync('sh', ['-c', command], { cwd: folder.path });

    const lines = readFileSync(folder.file('accounts.jsonl'), 'utf8').trim().split('\n');
    const [ada, bob, ...others] = lines.map((line) => importedRow.parse(JSON.parse(line)));
    expect(others).toEqual([]);
    expect(ada).toMatchObject({ email: 'ada@example.com', name: null });
    expect(ada?.createdAt?.toISOString()).toMatch(/^2017-10-25T01:12:05/);
    expect(ada?.passwordHash && storedFormOf(ada.passwordHash, parameters)).toHaveProperty('stored');
    expect(bob).toMatchObject({ email: 'bob@example.com', name: 'Bob', disabled: true, passwordHash: null });
  },
);
