import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createAuthClient, memoryStorage } from '../../../client/index.ts';
import { consumer } from '../../support/consumer.ts';
import type { Consumer } from '../../support/consumer.ts';
import { ada } from '../../support/test-app.ts';

describe('an app of Express, React and TanStack Query, built by Vite', () => {
  let project: Consumer;
  const built = (kind: string): string => {
    const assets = project.file('web/dist/assets');
    return join(assets, readdirSync(assets).find((name) => name.endsWith(kind)) ?? '');
  };
  beforeAll(async () => {
    project = await consumer('react');
    await project.run('node node_modules/typescript/bin/tsc -p .');
    await project.run('node node_modules/vite/bin/vite.js build web --sourcemap --logLevel error');
  });
  afterAll(() => project[Symbol.dispose]());

  test('has nothing of the server in its bundle', () => {
    const { sources } = JSON.parse(readFileSync(built('.js.map'), 'utf8')) as { sources: string[] };
    const packages = new Set(sources.map((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1]));
    expect(packages).toContain('latchkey');
    expect(packages).toContain('@trpc/client');
    expect(
      [...packages].filter((name) => /^(bcrypt|better-sqlite3|pg.*|drizzle-orm|pino.*|piscina|cors)$/.test(name ?? '')),
    ).toEqual([]);
    const ours = sources.filter((source) => source.includes('/latchkey/dist/'));
    expect(ours.filter((source) => !/\/(client\/|entries\/contract|kernel\/|[\w-]+\/contract\.)/.test(source))).toEqual(
      [],
    );
    expect(readFileSync(built('.js'), 'utf8').includes('password_hash')).toBe(false);
  });

  test('serves its page, and registers and logs in', async () => {
    await using server = await project.serve('node server/main.ts');
    const page = await (await fetch(server.url)).text();
    const [, script = ''] = /src="([^"]+\.js)"/.exec(page) ?? [];
    expect((await fetch(new URL(script, server.url))).status).toBe(200);

    const auth = createAuthClient({ url: server.url, storage: memoryStorage() });
    await auth.register.mutate(ada);
    const answer = await auth.login.mutate({ email: ada.email, password: ada.password });
    expect(answer).toMatchObject({ user: { email: ada.email } });
    expect((await auth.me.query())?.user.email).toBe(ada.email);
  });
});
