import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { answerIn, consumer } from '../../support/consumer.ts';
import type { Consumer } from '../../support/consumer.ts';
import { freePort } from '../../support/postgres-cluster.ts';
import { isWhole } from '../../support/many.ts';
import { root } from '../../support/process.ts';
import { codeOn } from '../../support/samples.ts';

const compilers = ['5', '7'] as const;
const oldest = '11.22.1';

// Its client alone does not compile with every declaration checked: it wants types of `ws` that there are not.
const isOfOldestTrpc = (fault: string): boolean => fault.startsWith('node_modules/@trpc/server/dist/ws-');

// The oldest tRPC that Latchkey takes, and whatever is the newest today: the one in between is everywhere else.
const newest = ['the newest 11', '^11.22.1'];
describe.each(isWhole ? [[oldest, oldest], newest] : [[oldest, oldest]])(
  'a program on Node with tRPC %s',
  (_name, trpc) => {
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
      const calls = codeOn('README.md', 'curl -c jar').replaceAll('localhost:3000', `localhost:${port}`);
      // Once it listens.
      const curl = 'curl() { command curl -sS --retry 60 --retry-delay 1 --retry-connrefused "$@"; }';
      const printed = await project.run(`${curl}\n${calls}`);
      const [, promised = ''] = / # (.*)/.exec(calls) ?? [];
      expect(printed.slice(-promised.length)).toBe(promised);
      expect(server.child.exitCode).toBeNull();
    });

    test('may be CommonJS', async () => {
      expect(await project.run('node common.cjs')).toContain('function CONFLICT');
    });
  },
);
