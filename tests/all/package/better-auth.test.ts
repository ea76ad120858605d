import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { consumer } from '../../support/consumer.ts';
import type { Consumer } from '../../support/consumer.ts';
import { startCluster } from '../../support/postgres-cluster.ts';
import { root } from '../../support/process.ts';

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
// Its scrypt: the salt, and 64 bytes.
const passwordHash = expect.stringMatching(/^[\da-f]{32}:[\da-f]{128}$/);
const accounts = [
  {
    id: expect.any(String),
    email: 'ada@example.com',
    name: 'Ada',
    emailVerified: false,
    createdAt: instant,
    passwordHash,
  },
  {
    id: expect.any(String),
    email: 'grace@example.com',
    name: 'Grace',
    emailVerified: false,
    createdAt: instant,
    passwordHash,
  },
  { id: expect.any(String), email: 'hedy@example.com', name: 'Hedy', emailVerified: true, createdAt: instant },
];

describe('the accounts of Better Auth', () => {
  let project: Consumer;
  beforeAll(async () => {
    project = await consumer('better-auth');
  });
  afterAll(() => project[Symbol.dispose]());

  test('are exported from SQLite, one a line', async () => {
    await project.run('node make-accounts.mjs app.db');
    const printed = await project.run(`node "${join(root, 'examples/better-auth/export-accounts.mjs')}" app.db`);
    const lines = printed.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line))).toEqual(accounts);
  });

  test('are exported from PostgreSQL, one a line', async () => {
    await using cluster = await startCluster();
    await project.run(`node make-accounts.mjs ${cluster.url}`);
    const client = new pg.Client(cluster.url);
    await client.connect();
    const { rows } = await client.query<{ json_strip_nulls: unknown }>(
      readFileSync(join(root, 'examples/better-auth/export-accounts.sql'), 'utf8'),
    );
    await client.end();
    expect(rows.map((row) => row.json_strip_nulls)).toEqual(accounts);
  });
});
