import { spawnSync } from 'node:child_process';

import { describe, expect, test } from 'vitest';

import { withApp } from '../support/factors.ts';
import { root, run } from '../support/process.ts';
import { ada, testApp } from '../support/test-app.ts';

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

describe('a shell', () => {
  test.skipIf(!isThere('curl'))('asks who is there and logs out by curl, as the documentation shows', async () => {
    await using app = await testApp();
    const answers = [
      { status: 'signedIn', user: { email: 'grace@example.com' } },
      { user: { email: 'grace@example.com' } },
      { events: expect.any(Array), nextCursor: null },
      { status: 'signedOut' },
    ];
    // It registers, and where the address is taken it logs in.
    expect(await answersByCurl(app.url)).toMatchObject(answers);
    expect(await answersByCurl(app.url)).toMatchObject(answers);
  });

  test.skipIf(!isThere('curl'))('logs in in two steps, as the page about second factors shows', async () => {
    await using app = await testApp();
    const { code } = await withApp(app);
    const env = { AUTH_URL: app.url, CODE: code() };
    await using program = run('sh examples/shell/second-factor.sh', { cwd: root, env });
    expect((await program.ended).code).toBe(0);
    expect(JSON.parse(program.printed())).toMatchObject({
      status: 'signedIn',
      user: { email: ada.email },
      token: expect.any(String),
    });
  });
});

async function answersByCurl(url: string): Promise<unknown[]> {
  await using program = run('sh examples/shell/log-in.sh', { cwd: root, env: { AUTH_URL: url } });
  expect((await program.ended).code).toBe(0);
  return program
    .printed()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
