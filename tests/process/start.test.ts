import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { openSqlite } from '../../server/db/open-sqlite.ts';
import { addressOf, anyPort, projectFolder, root, run, startLine, withNode } from '../support/process.ts';

describe('npm start', () => {
  test('opens ./userAuth.db and names the address, the database and both paths', async () => {
    using project = projectFolder();
    await using server = run('npm start', { cwd: project.path, env: anyPort });
    const url = await addressOf(server);
    await server.until(/Plain JSON at .*\/api\/auth/);
    expect(server.printed()).toContain(`tRPC at ${url}/trpc`);
    expect(server.printed()).toMatch(/Database .*userAuth\.db/);
    expect(existsSync(project.file('userAuth.db'))).toBe(true);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('prints JSON lines where nobody reads along on a terminal', async () => {
    using project = projectFolder();
    await using server = run(startLine, {
      cwd: project.path,
      env: withNode(),
    });
    await server.until(/Plain JSON at/);
    for (const line of server.printed().trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({
        level: 'info',
        time: expect.stringMatching(/Z$/),
        event: expect.any(String),
      });
    }
  });

  test('runs the example of the README', async () => {
    using project = projectFolder();
    await using server = run('npm start', { cwd: project.path, env: anyPort });
    const env = { AUTH_URL: await addressOf(server), ...withNode() };
    await using first = run('node examples/register-and-log-in.ts', { cwd: project.path, env });
    expect((await first.ended).code).toBe(0);
    expect(first.printed()).toBe('Welcome, Ada\nLogged in as ada@example.com\n');
    await using second = run('node examples/register-and-log-in.ts', { cwd: project.path, env });
    await second.ended;
    expect(second.printed()).toBe('Welcome back\nLogged in as ada@example.com\n');
  });

  test('reads a file .env, and the environment wins over it', async () => {
    using project = projectFolder();
    writeFileSync(project.file('.env'), 'PORT=0\nREGISTRATION=closed\nDATABASE_URL=file:./other.db\n');
    await using server = run('npm start', { cwd: project.path, env: { DATABASE_URL: 'file:./third.db' } });
    const url = await addressOf(server);
    const body = JSON.stringify({ email: 'ada@example.com', password: 'correct horse' });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body })).status).toBe(403);
    expect(existsSync(project.file('third.db'))).toBe(true);
    expect(existsSync(project.file('other.db'))).toBe(false);
  });

  test('names every fault of the configuration at once, and starts nothing', async () => {
    using project = projectFolder();
    const env = {
      ...withNode(),
      PORT: 'x',
      PUBLIC_URL: 'http://auth.example.com',
      BCRYPT_COST: '4',
      CORS_ORIGINS: '*',
    };
    await using server = run(startLine, { cwd: project.path, env });
    expect((await server.ended).code).not.toBe(0);
    for (const name of ['PORT', 'PUBLIC_URL', 'BCRYPT_COST', 'CORS_ORIGINS'])
      expect(server.printed()).toContain(`  ${name}: `);
    expect(existsSync(project.file('userAuth.db'))).toBe(false);
  });

  test('names a list of breached passwords that is none, and starts nothing', async () => {
    using project = projectFolder();
    writeFileSync(project.file('list.txt'), 'correct horse battery\n');
    await using server = run(startLine, { cwd: project.path, env: { ...withNode(), BREACHED_PASSWORDS: 'list.txt' } });
    expect((await server.ended).code).toBe(1);
    expect(server.printed()).toContain('The configuration has faults:\n  BREACHED_PASSWORDS (breachedPasswords): ');
    expect(server.printed()).toContain(`${project.file('list.txt')} has a line that is none of a hash. It must be`);
    expect(server.printed()).not.toContain('correct horse');
    expect(existsSync(project.file('userAuth.db'))).toBe(false);
  });

  test('shows metrics on a port of their own where METRICS_PORT says so, and nowhere else', async () => {
    using project = projectFolder();
    const env = { ...withNode(), METRICS_PORT: '0' };
    await using server = run(`exec ${startLine}`, { cwd: project.path, env });
    const [, metrics = ''] = await server.until(/Metrics at (http:\/\/127\.0\.0\.1:\d+\/metrics)/);
    expect(await (await fetch(metrics)).text()).toMatch(/^process_start_time_seconds /m);
    process.kill(-(server.child.pid ?? 0), 'SIGTERM');
    expect((await server.ended).code).toBe(0);
    await expect(fetch(metrics)).rejects.toThrow('fetch failed');

    await using without = run(startLine, { cwd: project.path, env: withNode() });
    await without.until(/Plain JSON at/);
    expect(without.printed()).not.toContain('Metrics');
  });

  test('does not start at all where the port of the metrics is in use', async () => {
    using project = projectFolder();
    await using first = run(startLine, { cwd: project.path, env: { ...withNode(), METRICS_PORT: '0' } });
    const [, port = ''] = await first.until(/Metrics at .*:(\d+)\/metrics/);
    const env = { ...withNode(), METRICS_PORT: port, DATABASE_URL: 'file:./other.db' };
    await using second = run(startLine, { cwd: project.path, env });
    expect((await second.ended).code).not.toBe(0);
    expect(second.printed()).toContain(`Port ${port} is in use by another program.`);
  });

  test('explains itself with --help', async () => {
    using project = projectFolder();
    await using help = run('npm start -- --help', { cwd: project.path });
    expect((await help.ended).code).toBe(0);
    expect(help.printed()).toContain('SESSION_IDLE_SECONDS');
  });

  test('says that the port is in use', async () => {
    using project = projectFolder();
    await using first = run(startLine, { cwd: project.path, env: withNode() });
    const port = new URL(await addressOf(first)).port;
    await using second = run(startLine, { cwd: project.path, env: { ...withNode(), PORT: port } });
    expect((await second.ended).code).not.toBe(0);
    expect(second.printed()).toMatch(/Port \d+ is in use by another program/);
  });

  test('says that the database cannot be written', async () => {
    using project = projectFolder();
    const path = project.file('userAuth.db');
    await (await openSqlite(`file:${path}`)).close();
    chmodSync(path, 0o444);
    chmodSync(project.path, 0o555);
    // Root may write everything, so root's tests run the server as nobody.
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    await using server = run(startLine, { cwd: project.path, env: withNode(), ...asNobody });
    expect((await server.ended).code).toBe(1);
    expect(server.printed()).toMatch(/userAuth\.db cannot be written\. Give this user the right/);
    chmodSync(project.path, 0o755);
  });

  test('on an old Node says which one is needed', () => {
    const preload = readFileSync(`${root}/server/preload.mjs`, 'utf8');
    const check = preload.slice(preload.indexOf('/** What is needed'), preload.indexOf('// In the project'));
    const saidBy = (version: string): string[] => {
      const said: string[] = [];
      // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the lines that an old Node would run, with its version
      new Function('process', 'console', check.replaceAll('export const', 'const'))(
        { versions: { node: version }, version: `v${version}`, exit: (code: number) => said.push(String(code)) },
        { error: (text: string) => said.push(text) },
      );
      return said;
    };
    for (const version of ['20.20.2', '24.15.0', '25.9.0', '26.0.0'])
      expect(saidBy(version)).toEqual([expect.stringContaining(`and this is v${version}`), '1']);
    for (const version of ['24.16.0', '24.21.0', '26.1.0', '26.10.0', '27.0.0']) expect(saidBy(version)).toEqual([]);
  });
});

test('a server lives on when whoever reads its log goes away', async () => {
  using project = projectFolder();
  await using server = run(`${startLine} | head -n 1`, { cwd: project.path, env: withNode() });
  const url = await addressOf(server);
  for (let time = 0; time < 5; time += 1) expect((await fetch(`${url}/trpc/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});
