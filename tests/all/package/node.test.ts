import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { answerIn, consumer } from '../../support/consumer.ts';
import type { Consumer } from '../../support/consumer.ts';
import { freePort } from '../../support/postgres-cluster.ts';
import { root } from '../../support/process.ts';

const compilers = ['5', '7'] as const;
const oldest = '11.22.1';

// Its client alone does not compile with every declaration checked: it wants types of `ws` that there are not.
const isOfOldestTrpc = (fault: string): boolean => fault.startsWith('node_modules/@trpc/server/dist/ws-');

// The oldest tRPC that Latchkey takes, and whatever is the newest today.
describe.each([
  [oldest, oldest],
  ['the newest 11', '^11.22.1'],
])('a program on Node with tRPC %s', (_name, trpc) => {
  let project: Consumer;
  beforeAll(async () => {
    project = await consumer('node', { trpc });
  });
  afterAll(() => project[Symbol.dispose]());

  test.each(compilers)('compiles with every declaration checked (TypeScript %s)', async (version) => {
    const faults = await project.compile(
      `node node_modules/typescript-${version}/bin/tsc -p . --outDir out-${version}`,
    );
    expect(faults.filter((fault) => trpc !== oldest || !isOfOldestTrpc(fault))).toEqual([]);
  });

  test.each([
    ['express', '5'],
    ['standalone', '7'],
  ])('registers and logs in over a host on %s (compiled by TypeScript %s)', async (host, version) => {
    await using server = await project.serve(`node out-${version}/${host}.js ./${host}.db`);
    expect(answerIn(await project.run(`node out-${version}/flow.js ${server.url}`))).toEqual({
      registered: 'registered',
      again: 'EMAIL_TAKEN',
      text: 'This e-mail address has an account already. Log in, or use another address.',
      name: 'Ada',
      me: 'ada@example.com',
      greeting: 'Hello, Grace',
      of: 'ada@example.com',
      afterwards: 'SESSION_ENDED',
    });
  });

  test('registers and logs in as plain JavaScript', async () => {
    const answer = { email: 'grace@example.com', ofTest: 'ada@example.com', table: true, schemaName: 'latchkey' };
    expect(answerIn(await project.run('node plain.mjs'))).toEqual(answer);
  });

  test("runs the README's example of an app of one's own", async () => {
    const port = await freePort();
    const example = readFileSync(join(root, 'examples', 'in-your-app', 'server.ts'), 'utf8');
    expect(example).toContain('.listen(3000, ');
    writeFileSync(project.file('in-your-app.ts'), example.replace('.listen(3000, ', `.listen(${port}, `));
    await using server = await project.start('node in-your-app.ts');
    const call = async (path: string, init: RequestInit): Promise<Response> => {
      for (let tries = 0; ; tries += 1) {
        try {
          return await fetch(`http://localhost:${port}/trpc/${path}`, init);
        } catch (error) {
          if (tries === 100 || server.child.exitCode !== null) throw new Error(server.printed(), { cause: error });
          await sleep(100);
        }
      }
    };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' });
    const registered = await call('auth.register', { method: 'POST', headers, body });
    const [cookie = ''] = registered.headers.getSetCookie()[0]?.split(';', 1) ?? [];
    const greeted = await call('greeting', { headers: { cookie } });
    expect(await greeted.json()).toEqual({ result: { data: 'Hello ada@example.com' } });
  });

  test('may be CommonJS', async () => {
    expect(await project.run('node common.cjs')).toContain('function CONFLICT');
  });
});
