import { existsSync, renameSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createAuthClient, memoryStorage } from '../../../client/index.ts';
import { theBrowser } from '../../support/browser.ts';
import { consumer } from '../../support/consumer.ts';
import type { Consumer } from '../../support/consumer.ts';
import { freePort } from '../../support/postgres-cluster.ts';
import { ada } from '../../support/test-app.ts';

describe('examples/next, installed from the packed files', () => {
  let project: Consumer;
  beforeAll(async () => {
    project = await consumer('next', { from: 'examples' });
    await project.run('npm run build');
  });
  afterAll(() => project[Symbol.dispose]());

  test('opens no database while it is built', () => {
    expect(existsSync(project.file('.next/BUILD_ID'))).toBe(true);
    expect(existsSync(project.file('app.db'))).toBe(false);
  });

  test('registers and logs in, and knows who asks for a page that is rendered on the server', async () => {
    await using server = await project.serve('npm start');
    const post = async (procedure: string): Promise<Response> =>
      await fetch(`${server.url}/api/trpc/${procedure}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: server.url },
        body: JSON.stringify({ email: ada.email, password: ada.password }),
      });
    expect((await post('auth.register')).status).toBe(200);
    const again = await (await post('auth.register')).json();
    expect(again.error.data.refusal).toEqual({ reason: 'EMAIL_TAKEN' });
    const cookie = (await post('auth.login')).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const page = async (headers: Record<string, string>): Promise<string> =>
      await (await fetch(server.url, { headers })).text();
    expect(await page({})).toContain('Log in');
    expect(await page({ cookie })).toMatch(new RegExp(`Signed in as .*${ada.email}`));
    expect(await (await fetch(`${server.url}/api/trpc/myEmail`, { headers: { cookie } })).json()).toEqual({
      result: { data: ada.email },
    });
  });

  test('has a page that registers, logs out and logs in, and says what is wrong', async () => {
    await using server = await project.serve('npm start');
    const page = await (await theBrowser()).newPage();
    await page.goto(server.url);
    const press = async (name: string): Promise<void> => await page.getByRole('button', { name }).click();
    const fill = async (password: string): Promise<void> => {
      await page.getByLabel('E-mail').fill('hedy@example.com');
      await page.getByLabel('Password').fill(password);
    };
    await fill('short');
    await press('Register');
    await page.getByText('Choose a password of at least 8 characters.').waitFor();
    await fill(ada.password);
    await press('Register');
    await page.getByText('Signed in as hedy@example.com').waitFor();
    await page.reload();
    await press('Log out');
    await fill(ada.password);
    await press('Register');
    await page.getByText('You have an account: log in.').waitFor();
    await press('Log in');
    await page.getByText('Signed in as hedy@example.com').waitFor();
    await page.close();
  });

  test('does so as the folder that is copied into a container', async () => {
    renameSync(project.file('node_modules'), project.file('not-there'));
    // It takes 0 for 3000.
    const PORT = String(await freePort());
    await using server = await project.serve('node .next/standalone/server.js', { PORT });
    const auth = createAuthClient({ url: `${server.url}/api`, storage: memoryStorage() });
    await auth.register.mutate({ ...ada, email: 'grace@example.com' });
    const answer = await auth.login.mutate({ email: 'grace@example.com', password: ada.password });
    expect(answer).toMatchObject({ user: { email: 'grace@example.com' } });
  });
});
