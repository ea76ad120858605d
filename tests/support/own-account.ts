import { ada } from './test-app.ts';
import type { TestApp } from './test-app.ts';

export const eve = { email: 'eve@example.com', password: 'another horse battery' };

/** An address and a browser that one can look for. */
export const atHome = { 'x-forwarded-for': '2001:db8:ada:ada:ada::1', 'user-agent': 'Mozilla/5.0 Firefox/152.0' };

/** Somebody who is signed in. */
export interface Person {
  id: string;
  headers: Record<string, string>;
}

export async function registered(
  app: TestApp,
  fields: object = ada,
  headers: Record<string, string> = {},
): Promise<Person> {
  const answer = await app.post('/api/auth/register', { ...fields, deliver: 'token' }, headers);
  const { user, token } = await answer.json();
  return { id: user.id, headers: { authorization: `Bearer ${token}` } };
}

export const update = async (app: TestApp, { headers }: Person, input: unknown): Promise<Response> =>
  await app.post('/api/auth/account/update', input, headers);

export const remove = async (app: TestApp, { headers }: Pick<Person, 'headers'>): Promise<Response> =>
  await app.post('/api/auth/account/delete', {}, headers);

export const ask = async (
  app: TestApp,
  { headers }: Person,
  procedure: string,
  input: object = {},
): Promise<Response> =>
  await app.get(`/api/auth/account/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`, headers);

/** Every event, in the order in which they were stored. */
export async function eventsIn(app: TestApp) {
  const { orm, tables } = await app.db();
  return await orm.select().from(tables.events).orderBy(tables.events.id);
}
