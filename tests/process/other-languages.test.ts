import { spawnSync } from 'node:child_process';

import { describe, expect, test } from 'vitest';

import { root, run } from '../support/process.ts';
import { ada, testApp } from '../support/test-app.ts';

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

describe('programs in other languages', () => {
  test.skipIf(!isThere('python3'))(
    'register or log in where there is an account, with nothing but Python',
    async () => {
      await using app = await testApp();
      await app.post('/api/auth/register', ada);
      await using program = run('python3 examples/python/log_in.py', { cwd: root, env: { AUTH_URL: app.url } });
      expect((await program.ended).code).toBe(0);
      expect(program.printed()).toBe(
        'Signed in as ada@example.com\nsession.started\nsession.started\nAfterwards: SESSION_ENDED\n',
      );
    },
  );

  test.skipIf(!isThere('curl'))('register and log out, with curl', async () => {
    await using app = await testApp();
    await using program = run('sh examples/shell/log-in.sh', { cwd: root, env: { AUTH_URL: app.url } });
    expect((await program.ended).code).toBe(0);
    const answers = program
      .printed()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toMatchObject([
      { status: 'signedIn', user: { email: 'grace@example.com' } },
      { user: { email: 'grace@example.com' } },
      { events: expect.any(Array), nextCursor: null },
      { status: 'signedOut' },
    ]);
  });
});
