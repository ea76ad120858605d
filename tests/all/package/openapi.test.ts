import { writeFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openApiDocument } from '../../../server/openapi/document.ts';
import { answerIn, consumer } from '../../support/consumer.ts';
import type { Consumer } from '../../support/consumer.ts';
import { testApp } from '../../support/test-app.ts';

const tsc = 'node node_modules/typescript/bin/tsc -p .';

let project: Consumer;
beforeAll(async () => {
  project = await consumer('openapi');
});
afterAll(() => project[Symbol.dispose]());

/** What the project reads, as a server has it. */
async function writeDescription(): Promise<void> {
  await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.latchkey.test' } });
  const answer = await app.get('/api/auth/openapi.json');
  writeFileSync(project.file('openapi.json'), await answer.text());
}

describe('a program that is written against the generated clients', () => {
  let faults: string[];
  beforeAll(async () => {
    await writeDescription();
    await project.run('npm run generate');
    faults = await project.compile(tsc);
  });

  test('compiles with TypeScript 5.9, which knows every answer and every refusal', () => {
    expect(faults).toEqual([]);
  });

  test.each(['openapi-fetch', 'hey-api'])('registers, logs in, asks and logs out by %s', async (name) => {
    await using app = await testApp();
    expect(answerIn(await project.run(`node out/by-${name}.js ${app.url}`))).toEqual({
      registered: 'signedIn',
      status: 201,
      again: 'EMAIL_TAKEN',
      minimum: 8,
      why: 'wrong',
      me: 'ada@example.com',
      events: ['session.started'],
      loggedOut: 'Logged out',
      afterwards: 'SESSION_ENDED',
    });
  });

  test('does not compile where it asks for a reason that there is not', async () => {
    const source = "import type { LoginErrors } from './generated/hey-api/index.js';\n";
    const use = "export const isTaken = (refused: LoginErrors[401]) => refused.reason === 'EMAIL_TAKEN';\n";
    writeFileSync(project.file('src/mistaken.ts'), source + use);
    const mistakes = await project.compile(`${tsc} --noEmit`);
    expect(mistakes).toEqual([expect.stringMatching(/^src\/mistaken\.ts.*no overlap/)]);
  });
});

describe('a linter of such documents', () => {
  test('finds nothing, by the rules that it recommends, warnings being faults', async () => {
    await writeDescription();
    expect(await project.run('npm run lint openapi.json')).toContain('is valid');
  });

  test('would find something', async () => {
    const document = await openApiDocument({ url: 'https://auth.latchkey.test', cookieName: 'latchkey_session' });
    const { requestBody, ...login } = document.paths['/api/auth/login']?.post ?? { operationId: 'me' };
    Object.assign(document.paths, { '/api/auth/login': { post: { ...login, operationId: 'me', body: requestBody } } });
    writeFileSync(project.file('faulty.json'), JSON.stringify(document));
    await expect(project.run('npm run lint faulty.json')).rejects.toThrow(/operationId.*unique/s);
  });
});
