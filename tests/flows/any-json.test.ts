import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { appRouter } from '../../server/router.ts';
import { ada, testApp } from '../support/test-app.ts';

const procedures = Object.keys(appRouter._def.procedures);

const text = fc.string({ unit: 'binary', maxLength: 300 });

/** Arbitrary JSON, objects that come close to what a procedure takes, and some that are right. */
const input = fc.oneof(
  fc.jsonValue(),
  fc.record({ email: fc.constantFrom(ada.email, 'eve@example.com'), password: fc.constant(ada.password) }),
  fc.record({ email: fc.emailAddress(), password: fc.constant(ada.password), role: fc.jsonValue() }),
  fc.constant({}),
  fc.record(
    {
      email: fc.oneof(fc.constant(ada.email), fc.emailAddress(), text, fc.jsonValue()),
      password: fc.oneof(fc.constant(ada.password), text, fc.jsonValue()),
      name: fc.oneof(text, fc.jsonValue()),
      deliver: fc.oneof(fc.constantFrom('cookie', 'token'), fc.jsonValue()),
      __proto__: fc.jsonValue(),
      userId: fc.uuid(),
    },
    { requiredKeys: [] },
  ),
);

/** What each procedure takes, told apart by hand and not by the server's own rules. */
const taken: Record<string, string[]> = {
  'auth.register': ['email', 'password', 'name', 'deliver'],
  'auth.login': ['email', 'password', 'deliver'],
};

function expectTaken(path: string, value: unknown): void {
  expect(typeof value).toBe('object');
  expect(taken[path] ?? []).toEqual(expect.arrayContaining(Object.keys(value ?? {})));
  if (path in taken) expect(value).toMatchObject({ email: expect.stringContaining('@'), password: expect.any(String) });
}

describe('whatever is sent', () => {
  test.each(procedures)(
    '2.2.1 any JSON is answered with 2xx or 4xx by %s, and taken only as what it expects',
    async (path) => {
      await using app = await testApp();
      await app.post('/api/auth/register', ada);
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(input, fc.boolean(), async (value, isPlain) => {
          const body = JSON.stringify(value);
          const route = isPlain ? `/api/${path.replaceAll('.', '/')}` : `/trpc/${path}`;
          const isQuery = path === 'auth.me';
          const response = isQuery
            ? await app.get(`${route}?input=${encodeURIComponent(body.toWellFormed())}`)
            : await app.post(route, body);
          await response.text();
          expect(response.status === 503 || response.status < 500, `${response.status} for ${body}`).toBe(true);
          if (response.status >= 300) return;
          answered += 1;
          expectTaken(path, JSON.parse(body));
        }),
        { numRuns: 200 },
      );
      expect(app.logged()).not.toContain('procedure.failed');
      // A property over refusals only would say nothing.
      expect(answered).toBeGreaterThan(0);
    },
  );
});
