import { expect, test } from 'vitest';

import { openPage } from '../support/browser.ts';
import { ada, testApp } from '../support/test-app.ts';

test('whoever opens a server in development registers, is known, logs out and logs in by its form', async () => {
  await using app = await testApp();
  const page = await openPage(`${app.url}/`);
  const press = async (name: string, shown: RegExp): Promise<void> => {
    await page.getByRole('button', { name }).click();
    await page.getByRole('status').getByText(shown).waitFor();
  };
  await page.getByLabel('E-mail address').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await press('Register', /POST \/api\/auth\/register[^]*201[^]*"status": "signedIn"/);
  expect(await page.getByRole('status').textContent()).not.toContain(ada.password);
  await press('Who am I?', /GET \/api\/auth\/me[^]*"email": "ada@example.com"/);
  await press('Log out', /POST \/api\/auth\/logout[^]*200/);
  await press('Who am I?', /200\s+null/);
  await press('Log in', /POST \/api\/auth\/login[^]*"status": "signedIn"/);

  await page.getByText('auth.login', { exact: true }).click();
  await page.getByText('WRONG_CREDENTIALS').first().waitFor();
});
