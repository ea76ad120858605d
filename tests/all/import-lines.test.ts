import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { firebaseExample, foreignHashes } from '../support/foreign-hashes.ts';
import { importing, importMany, writeAccounts } from '../support/import-lines.ts';
import { isWhole } from '../support/many.ts';
import { makeOldServerFile } from '../support/old-server-file.ts';
import { addressOf, anyPort, projectFolder, run, withNode } from '../support/process.ts';

const plain = `$2b$10$${'a'.repeat(21)}e${'b'.repeat(31)}`;

const countIn = (path: string): number => {
  const client = new Sqlite(path, { readonly: true });
  try {
    return Number(client.prepare('select count(*) from users').pluck().get());
  } finally {
    client.close();
  }
};

const linesOf = (rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

async function migrated(project: ReturnType<typeof projectFolder>): Promise<void> {
  const line = 'exec node --import ./server/preload.mjs cli/latchkey.ts migrate';
  await using migrating = run(line, { cwd: project.path, env: withNode() });
  expect((await migrating.ended).code).toBe(0);
}

const post = async (url: string, path: string, body: unknown): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/api/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
};

describe('npm run import with JSON lines', () => {
  test.runIf(isWhole)(
    'brings in 100,000 accounts in less than a minute while a server runs and answers, also where it is killed in the middle',
    async () => {
      using project = projectFolder();
      const argon2 = foreignHashes.find(({ made, isCostly }) => made.startsWith('@node-rs') && !isCostly);
      await writeAccounts(project.file('accounts.jsonl'), 100_000, argon2?.passwordHash);
      await using server = run('exec npm start', { cwd: project.path, env: { ...anyPort, RATE_LIMITS: 'off' } });
      const url = await addressOf(server);
      const ada = { email: 'ada@example.com', password: 'correct horse battery' };
      expect(await post(url, 'register', ada)).toBe(201);

      const file = project.file('userAuth.db');
      const where = { cwd: project.path, databaseUrl: 'file:./userAuth.db', file: 'accounts.jsonl' };
      // One is Ada.
      const all = importMany(where, async () => countIn(file) - 1);
      let slowest = 0;
      const isOver = all.then(() => true);
      for (let over = false; !over; over = await Promise.race([isOver, sleep(50, false)])) {
        const started = performance.now();
        expect(await post(url, 'login', ada)).toBe(200);
        slowest = Math.max(slowest, performance.now() - started);
      }
      const seconds = await all;
      expect(slowest).toBeLessThan(2000);
      expect(await post(url, 'login', { email: 'user99999@example.com', password: argon2?.password })).toBe(200);
      console.log(
        `100,000 accounts: the rest in ${seconds.toFixed(1)} s; the slowest login of a server beside it ${slowest.toFixed(0)} ms`,
      );
    },
  );

  test.runIf(isWhole && process.platform === 'linux')(
    'needs little more memory for ten times as many accounts',
    async () => {
      using project = projectFolder();
      await migrated(project);
      const peakOf = async (accounts: number): Promise<number> => {
        await writeAccounts(project.file('accounts.jsonl'), accounts, plain);
        const report = project.file('peak.mjs');
        writeFileSync(
          report,
          "process.on('exit', () => console.log(`peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`));",
        );
        const env = { NODE_OPTIONS: `--import ${report}` };
        await using one = importing(project.path, 'accounts.jsonl --dry-run', env);
        expect((await one.ended).code).toBe(0);
        return Number(/peak (\d+) MB/.exec(one.printed())?.[1]);
      };
      const [few, many] = [await peakOf(10_000), await peakOf(100_000)];
      console.log(`The most memory: ${few} MB for 10,000 accounts, ${many} MB for 100,000`);
      expect(many - few).toBeLessThan(150);
    },
  );

  test('says what was left out, by line and for programs, and ends with 1', async () => {
    using project = projectFolder();
    await migrated(project);
    const rows = [
      { email: 'mar\u212a@example.com', emailVerified: true },
      { email: 'nobody' },
      { email: 'eve@example.com', 'na\u001b[2Jme': 1 },
    ];
    writeFileSync(project.file('accounts.jsonl'), `\uFEFF${linesOf(rows)}\r\n\n`);
    await using dry = importing(project.path, 'accounts.jsonl --dry-run');
    expect((await dry.ended).code).toBe(1);
    expect(dry.printed()).toContain('Would import 1 of 3 accounts.');
    expect(countIn(project.file('userAuth.db'))).toBe(0);

    await using imported = importing(project.path, 'accounts.jsonl');
    expect((await imported.ended).code).toBe(1);
    expect(imported.printed()).toContain('Left out: line 2: email: Must be one e-mail address.');
    expect(imported.printed()).toContain(String.raw`Left out: line 3: na\u{1b}[2Jme: Is not known here.`);
    expect(imported.printed()).toContain('Not confirmed: line 1: emailVerified: Is not taken over');
    expect(imported.printed()).toContain('Imported 1 of 3 accounts.');

    await using again = importing(project.path, 'accounts.jsonl --json');
    expect((await again.ended).code).toBe(1);
    expect(JSON.parse(again.printed().split('\n').at(-2) ?? '')).toMatchObject({
      imported: 0,
      alreadyThere: 1,
      leftOut: [{ line: 2 }, { line: 3 }],
    });
  });

  test('leaves out lines that are too long or not in UTF-8, and goes on behind them', async () => {
    using project = projectFolder();
    await migrated(project);
    const lines = [
      '{"email":"ada@example.com"}',
      `{"email":"${'a'.repeat(200_000)}@example.com"}`,
      Buffer.from([0x7b, 0xff, 0x7d]),
      `{"email":"eve@example.com"}`,
    ];
    writeFileSync(
      project.file('accounts.jsonl'),
      Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])),
    );
    await using imported = importing(project.path, 'accounts.jsonl');
    expect((await imported.ended).code).toBe(1);
    expect(imported.printed()).toContain('line 2: Is longer than 65536 bytes.');
    expect(imported.printed()).toContain('line 3: Is not in UTF-8.');
    expect(imported.printed()).toContain('Imported 2 of 4 accounts.');
  });

  test('takes the parameters of Firebase as its console shows them, from a file', async () => {
    using project = projectFolder();
    await migrated(project);
    const { password, passwordHash, project: parameters } = firebaseExample();
    const { signerKey, saltSeparator, rounds, memCost } = parameters;
    writeFileSync(project.file('accounts.jsonl'), linesOf([{ email: 'ada@example.com', passwordHash }]));
    writeFileSync(
      project.file('project.txt'),
      `hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: ${signerKey},\n  base64_salt_separator: ${saltSeparator},\n  rounds: ${rounds},\n  mem_cost: ${memCost},\n}\n`,
    );
    await using imported = importing(project.path, 'accounts.jsonl --firebase-parameters project.txt');
    expect((await imported.ended).code).toBe(0);
    await using server = run('exec npm start', { cwd: project.path, env: anyPort });
    expect(await post(await addressOf(server), 'login', { email: 'ada@example.com', password })).toBe(200);
    expect(readFileSync(project.file('userAuth.db')).includes(signerKey)).toBe(false);
  });

  test.each([
    ['accounts.jsonl --firebase-parameters accounts.jsonl', 2, 'must have base64_signer_key'],
    ['accounts.jsonl --firebase-parameters missing.txt', 2, '--firebase-parameters: ENOENT'],
    ['accounts.jsonl --quick', 2, "Unknown option '--quick'"],
    ['server/config.ts --dry-run', 1, 'Each line has to be one JSON object in UTF-8'],
    ['old.db --dry-run', 2, 'are for files of JSON lines'],
    ['accounts.jsonl', 1, 'There is no file'],
    ['. --dry-run', 1, 'is no regular file'],
    ['missing.jsonl --dry-run', 1, 'missing.jsonl does not exist.'],
  ])('is asked for in words where it cannot be meant: %s', async (args, code, words) => {
    using project = projectFolder();
    writeFileSync(project.file('accounts.jsonl'), '{"email":"ada@example.com"}\n');
    makeOldServerFile(project.file('old.db'));
    await using asked = importing(project.path, args);
    expect((await asked.ended).code).toBe(code);
    expect(asked.printed()).toContain(words);
    expect(asked.printed()).not.toContain('    at ');
  });

  test.skipIf(process.platform === 'win32')('that is interrupted says that it goes on where it was', async () => {
    using project = projectFolder();
    await migrated(project);
    await writeAccounts(project.file('accounts.jsonl'), 20_000, plain);
    await using interrupted = importing(project.path, 'accounts.jsonl');
    await interrupted.until(/\d+ of 20000/);
    interrupted.child.kill('SIGINT');
    expect((await interrupted.ended).code).toBe(1);
    expect(interrupted.printed()).toContain('Broken off. Run it again: it goes on where it was.');
    await using second = importing(project.path, 'accounts.jsonl');
    expect((await second.ended).code).toBe(0);
    expect(countIn(project.file('userAuth.db'))).toBe(20_000);
  });
});
