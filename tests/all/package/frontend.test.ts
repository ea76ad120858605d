import { readdirSync } from 'node:fs';

import { expect, test } from 'vitest';

import { consumer } from '../../support/consumer.ts';
import { ada, testApp } from '../../support/test-app.ts';

test('a frontend installs no native module and nothing of the server, and registers and logs in', async () => {
  await using app = await testApp();
  using project = await consumer('frontend');
  const files = readdirSync(project.file('node_modules'), { recursive: true, encoding: 'utf8' });
  expect(files.some((file) => file.startsWith('latchkey-client'))).toBe(true);
  expect(files.filter((file) => /\.node$|binding\.gyp$/.test(file))).toEqual([]);
  const installed = readdirSync(project.file('node_modules')).filter((name) => !name.startsWith('.'));
  // TypeScript is a peer of tRPC.
  const needed = ['@simplewebauthn', '@trpc', '@typescript', 'latchkey-client', 'typescript', 'zod'];
  expect(installed.toSorted()).toEqual(needed);
  expect(readdirSync(project.file('node_modules/@simplewebauthn'))).toEqual(['browser']);
  expect(await project.run(`node main.mjs ${app.url}`)).toContain(ada.email);
});
