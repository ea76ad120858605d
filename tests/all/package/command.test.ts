import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { commands } from '../../../cli/commands.ts';
import { consumer } from '../../support/consumer.ts';
import type { Consumer } from '../../support/consumer.ts';
import { makeOldServerFile } from '../../support/old-server-file.ts';
import { addressOf, root } from '../../support/process.ts';
import { ada } from '../../support/test-app.ts';

describe('npx latchkey, in a project that has installed it', () => {
  let project: Consumer;
  beforeAll(async () => {
    project = await consumer('command');
  });
  afterAll(() => project[Symbol.dispose]());

  test('lists every command, by the name that it has there', async () => {
    const printed = await project.run('npx latchkey --help');
    expect(printed).toContain('Usage: npx latchkey <command> [options]');
    for (const name of Object.keys(commands)) expect(printed).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test('migrates with the migrations of the package, and keeps its cache in the project', async () => {
    const there = readdirSync(join(root, 'drizzle', 'sqlite')).filter((name) => name.endsWith('.sql'));
    const plan = await project.run('DATABASE_URL=file:./migrated.db npx latchkey migrate --dry-run');
    for (const name of there) expect(plan).toContain(name.replace('.sql', ''));
    expect(await project.run('DATABASE_URL=file:./migrated.db npx latchkey migrate')).toContain('is up to date');
    expect(readdirSync(project.file('node_modules/.cache/latchkey')).length).toBeGreaterThan(0);
  });

  test('serves, hashes in worker threads, and lets an operator look on and make a backup meanwhile', async () => {
    await using server = await project.start('PORT=0 npx latchkey serve');
    const url = await addressOf(server);
    const post = async (path: string): Promise<number> => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${url}/api/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(ada) })).status;
    };
    expect([await post('register'), await post('login')]).toEqual([201, 200]);
    expect(JSON.parse(await project.run('npx latchkey users show ada@example.com --json')).email).toBe(ada.email);
    expect(await project.run('npx latchkey backup --to backup.db')).toContain('Backed up 1 users');
    await project.run('npx latchkey users disable ada@example.com');
    expect(await post('login')).toBe(403);
    expect(await project.run(`npx latchkey doctor --url ${url}`)).toContain('0 faults');
  });

  test('imports a file of the old server, in the words of this project', async () => {
    makeOldServerFile(project.file('userAuth.old.db'), [['ada@example.com', 'correct horse battery']]);
    const imported = await project.run('npx latchkey import userAuth.old.db');
    expect(imported).toContain('Imported 1 of 1 accounts');
    expect(imported).toMatch(/Start with: DATABASE_URL=\S+ npx latchkey serve$/m);
  });
});
