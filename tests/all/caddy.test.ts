import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { freePort } from '../support/postgres-cluster.ts';
import { run } from '../support/process.ts';
import { codeOn } from '../support/samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ada, testApp } from '../support/test-app.ts';

const hasCaddy = spawnSync('caddy', ['version']).status === 0;

test.skipIf(!hasCaddy)(
  'Caddy as docs/operating.md sets it up lets in what it should, and says who is calling',
  async () => {
    await using app = await testApp();
    using folder = temporaryFolder();
    const port = await freePort();
    const site = `http://localhost:${port}`;
    // Without TLS, and with one instance, which is asked whether it is ready before it gets anything.
    const sample = codeOn('docs/operating.md', 'auth.example.com {')
      .replace(/^auth\.example\.com/, site)
      .replace('10.0.0.11:3000 10.0.0.12:3000', new URL(app.url).host);
    writeFileSync(folder.file('Caddyfile'), `{\n\tadmin off\n}\n${sample}`);
    await using caddy = run('exec caddy run --config Caddyfile', { cwd: folder.path, env: { HOME: folder.path } });
    await caddy.until(/serving initial configuration/);

    const ask = async (path: string, init: RequestInit = {}): Promise<Response> => await fetch(site + path, init);
    await expect.poll(async () => (await ask('/api/auth/me')).status).toBe(200);
    for (const path of ['/livez', '/readyz']) expect((await ask(path)).status).toBe(404);

    const post = async (body: object): Promise<number> => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' };
      return (await ask('/api/auth/login', { method: 'POST', headers, body: JSON.stringify(body) })).status;
    };
    expect(await post({ email: ada.email, password: 'wrong horse' })).toBe(401);
    expect(app.logged()).toContain('"address":"127.0.0.1"');
    expect(app.logged()).not.toContain('203.0.113.9');
    // Caddy 2.6, as Debian 12 has it, says 502 where it has ended a body. The instance goes on.
    expect([413, 502]).toContain(await post({ email: 'x'.repeat(70_000) }));
    expect((await ask('/api/auth/me')).status).toBe(200);
  },
);
