import { ada, testApp } from './test-app.ts';
import type { TestApp, TestAppOptions } from './test-app.ts';

export const eve = { email: 'eve@example.com', password: 'another correct horse' };
export const required = { REQUIRE_VERIFIED_EMAIL: 'on' };

/** A server that wants addresses confirmed before anybody is signed in. */
export const strictApp = async (options: TestAppOptions = {}): Promise<TestApp> =>
  await testApp({ ...options, env: { ...required, ...options.env } });
export const register = async (app: TestApp, person: object = ada): Promise<Response> =>
  await app.post('/api/auth/register', person);
export const logIn = async (app: TestApp, person: object = ada): Promise<Response> =>
  await app.post('/api/auth/login', person);

export async function rows(app: TestApp) {
  const { orm, tables } = await app.db();
  const counters = await orm.select().from(tables.limitCounters);
  return { jobs: await orm.select().from(tables.jobs), counters: counters.length };
}

/** All of an answer that is not its own. */
export async function comparable(answer: Response): Promise<unknown> {
  const own = new Set(['date', 'x-request-id']);
  const headers = [...answer.headers].filter(([name]) => !own.has(name));
  return [answer.status, headers, (await answer.text()).replaceAll(/"requestId":"[^"]+"/g, '')];
}
