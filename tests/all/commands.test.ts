import { readFileSync, renameSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { newToken } from '../../server/kernel/token.ts';
import { isRunAsItStands } from '../support/other-samples.ts';
import { copyOf, preparedFolder } from '../support/prepared-folder.ts';
import { latchkeyLine, run, withNode } from '../support/process.ts';
import type { Running } from '../support/process.ts';
import { codeOn, samples } from '../support/samples.ts';
import { textOf } from '../support/sources.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ada, testApp } from '../support/test-app.ts';

/** These name what is somebody's own: tests/all/move.postgres.test.ts and tests/flows/doctor.test.ts do it with another. */
const namesOthers = (line: string): boolean => /user@host|https:/.test(line);
const serves = (line: string): boolean => /latchkey serve/.test(line);
const lines = samples.filter(isRunAsItStands).flatMap((sample) => sample.lines.filter((line) => !namesOthers(line)));

describe('a command of the documentation, as it stands', () => {
  let prepared: Awaited<ReturnType<typeof preparedFolder>>;
  beforeAll(async () => {
    prepared = await preparedFolder();
  });
  afterAll(() => prepared[Symbol.dispose]());

  const env = { ...withNode(), ENCRYPTION_KEYS: newToken().reveal() };
  const started = (line: string, cwd: string): Running => run(line.replace('npx latchkey', latchkeyLine), { cwd, env });

  test.each(lines.filter((line) => !serves(line)))('does something: %s', async (line) => {
    using folder = copyOf(prepared);
    const database = (/ create /.test(line) && 'empty.db') || (/ import .*userAuth\.db/.test(line) && 'old.db');
    if (database) renameSync(folder.file(database), folder.file('userAuth.db'));
    await using running = started(line, folder.path);
    const { code } = await running.ended;
    const asks = / (delete|remove-factors) (?!.*--yes)/.test(line);
    expect([code, running.printed()]).toEqual(
      asks ? [2, expect.stringContaining('say so by --yes')] : [0, expect.any(String)],
    );
    if (asks) return;
    const [, file] = /(?:> |--to )(\w+\.\w+)/.exec(line) ?? [];
    if (file === undefined) expect(running.printed()).not.toBe('');
    else expect(readFileSync(folder.file(file)).length).toBeGreaterThan(0);
  });

  test.each(lines.filter(serves))('goes on: %s', async (line) => {
    using folder = copyOf(prepared);
    await using running = started(line, folder.path);
    await running.until(/Server running at|"listening"/);
  });

  test('makes a key that is one', async () => {
    await using running = started(codeOn('docs/operating.md', 'openssl rand'), prepared.path);
    expect((await running.ended).code).toBe(0);
    await using checking = run(`${latchkeyLine} reseal --dry-run`, {
      cwd: prepared.path,
      env: { ...env, ENCRYPTION_KEYS: running.printed().trim() },
    });
    expect([(await checking.ended).code, checking.printed()]).toEqual([0, expect.any(String)]);
  });
});

/** What a block prints whose addresses are those of this server. */
async function printedBy(code: string, url: string): Promise<string> {
  using folder = temporaryFolder();
  const here = code.replaceAll(/https?:\/\/(localhost:3000|auth\.example\.com)/g, url);
  await using running = run(`set -eu\n${here}`, { cwd: folder.path });
  expect([(await running.ended).code, running.printed()]).toEqual([0, expect.any(String)]);
  return running.printed();
}

describe('curl', () => {
  test('completes a reset as docs/command-line.md shows, and is refused with a link that is none', async () => {
    await using app = await testApp();
    const code = codeOn('docs/command-line.md', 'curl http://localhost:3000/api/auth/passwordReset/complete');
    expect(await printedBy(code, app.url)).toContain('"reason":"LINK_SPENT"');
    const { user } = (await (await app.post('/api/auth/register', ada)).json()) as { user: { id: string } };
    const [, token = ''] = (await app.auth.users.resetLink(user.id)).url.split('#token=');
    const filled = code.replace('what stands behind #token=', token).replace('at least 8 characters', 'another horse');
    expect(await printedBy(filled, app.url)).toContain('"message"');
    expect((await app.post('/api/auth/login', { ...ada, password: 'another horse' })).status).toBe(200);
  });

  test('asks a server from outside as docs/operating.md shows', async () => {
    await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com', TRUSTED_PROXIES: '' } });
    const printed = await printedBy(codeOn('docs/operating.md', 'curl -si'), app.url);
    expect([...printed.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '404', '401']);
    expect(printed.split('HTTP/1.1 404')[0]).toMatch(/^strict-transport-security: /im);
    expect(app.logged()).not.toContain('203.0.113.9');
  });

  test('loads the description that docs/json-api.md makes clients of', async () => {
    await using app = await testApp();
    const code = codeOn('docs/json-api.md', 'curl -sS http://localhost:3000/api/auth/openapi.json');
    const [load = '', ...generators] = code.trim().split('\n');
    expect(JSON.parse(await printedBy(`${load}\ncat openapi.json`, app.url))).toHaveProperty('openapi');
    // What tests/all/package/openapi.test.ts generates with, but for where it is written.
    const generated = textOf('tests/all/package/consumers/openapi/package.json');
    const words = generators.flatMap((line) => line.replace(/npx (@hey-api\/)?| +#.*/g, '').split(/ -o \S+/));
    for (const some of words) expect(generated).toContain(some.trim());
  });
});

test('a refusal is what docs/json-api.md shows', async () => {
  await using app = await testApp();
  const shown = JSON.parse(codeOn('docs/json-api.md', '{')) as object;
  const refused = await app.post('/api/auth/register', { ...ada, password: 'short' });
  expect(await refused.json()).toEqual({ ...shown, requestId: expect.stringMatching(/^[\da-f-]{36}$/) });
});
