import { execFileSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { root, run } from '../support/process.ts';
import { sectionOf } from '../support/markdown.ts';
import { testApp } from '../support/test-app.ts';

const has = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

async function printedBy(command: string, env: Record<string, string>): Promise<string> {
  await using running = run(command, { cwd: root, env });
  const { code } = await running.ended;
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${running.printed()}`);
  return running.printed();
}

test.skipIf(!has('python3'))(
  'the program in Python registers, logs in, asks and logs out, and comes back',
  async () => {
    await using app = await testApp();
    const first = await printedBy('python3 examples/plain_json.py', { AUTH_URL: app.url });
    expect(first).toMatch(
      /^User registered successfully\nSigned in as ada@example\.com\n(\S+Z (session\.started|user\.registered)\n){3}Logged out\n$/,
    );
    const second = await printedBy('python3 examples/plain_json.py', { AUTH_URL: app.url });
    expect(second).toContain('Welcome back\nSigned in as ada@example.com\n');
  },
);

test.skipIf(!has('curl'))('the lines of the page about plain JSON do what they say', async () => {
  await using app = await testApp();
  const [, lines = ''] = /```sh\n([^]*?)```/.exec(sectionOf('docs/json-api.md', 'A call')) ?? [];
  expect(lines).toContain('http://localhost:3000');
  const printed = await printedBy(`set -eu\n${lines.replaceAll('http://localhost:3000', app.url)}`, {});
  expect(printed).toMatch(
    /"status":"signedIn".*"email":"grace@example\.com".*"session":.*"kind":"session\.started".*"status":"signedOut"/s,
  );
});
