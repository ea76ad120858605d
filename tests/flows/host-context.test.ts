import { expect, test } from 'vitest';

import { adapters, hostApp } from '../support/host-app.ts';

test('a context that a host made without ours is a fault of the host, and says so', async () => {
  await using app = await hostApp(adapters.standalone);
  const ctx = { auth: { kind: 'latchkey' as const }, tenant: 'acme' };
  await expect(app.router.createCaller(ctx).mine()).rejects.toThrow('createContext');
  await expect(app.auth.callerOf(ctx)).rejects.toThrow('createContext');
});

test('what a context holds for us is in reach of no code of the host, and no other can be made from it', async () => {
  await using app = await hostApp(adapters.standalone);
  const { auth } = app.auth.createContext({ req: new Request(app.url), resHeaders: new Headers() });
  expect(auth.constructor).toBe(Object);
  expect(Reflect.ownKeys(auth)).toEqual(['kind']);
  expect(Reflect.ownKeys(Object.getPrototypeOf(auth) as object)).toEqual([]);
  expect(Object.isFrozen(auth)).toBe(true);
});
