import { expect, test } from 'vitest';

import { root, run, withNode } from '../support/process.ts';

test('a host that forgot our part of its context finds the reason in its log', async () => {
  await using host = run('node --import ./server/preload.mjs tests/support/forgetful-host.ts', {
    cwd: root,
    env: withNode(),
  });
  await host.ended;
  expect(host.printed()).toContain('"event":"procedure.failed"');
  expect(host.printed()).toContain('put ...auth.createContext(request) into the context of your app');
});
