import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';

import { testApp } from '../tests/support/test-app.ts';
import { visitor } from '../tests/support/visitor.ts';
import { createAuthClient, sessionOf } from './index.ts';
import { useSession } from './react.ts';

// What a component does in a browser is in tests/all/tabs.test.ts.
test('a component that a server renders says `loading`, and nobody is asked', async () => {
  await using app = await testApp();
  const { fetch, calls } = visitor();
  const session = sessionOf(createAuthClient({ url: app.url, fetch }));
  const Status = () => useSession(session).status;
  expect(renderToString(createElement(Status))).toBe('loading');
  expect(calls).toEqual([]);
  // Also where the store is used outside of components, which is a reason to ask.
  expect(await session.refresh()).toEqual({ status: 'signedOut' });
  expect(renderToString(createElement(Status))).toBe('loading');
  expect(calls).toEqual(['auth.me']);
});
