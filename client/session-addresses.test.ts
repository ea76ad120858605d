import { expect, test } from 'vitest';

import { mailed } from '../tests/support/mail-links.ts';
import { ada, testApp } from '../tests/support/test-app.ts';
import { visitor } from '../tests/support/visitor.ts';
import { createAuthClient, memoryStorage, sessionOf } from './index.ts';

test.each([
  ['cookies', () => ({})],
  ['a token', () => ({ storage: memoryStorage() })],
])(
  'the session store of a client with %s knows that the address was confirmed, changed, and restored, which signs everybody out',
  async (_what, options) => {
    await using app = await testApp();
    const auth = createAuthClient({ url: app.url, fetch: visitor().fetch, ...options() });
    const session = sessionOf(auth);
    await session.refresh();
    await auth.register.mutate(ada);
    expect(session.get()).toMatchObject({ status: 'signedIn', user: { emailVerified: false } });

    await auth.email.verify.mutate({ token: await mailed(app, ada.email, 'verify-email') });
    expect(session.get()).toMatchObject({ status: 'signedIn', user: { email: ada.email, emailVerified: true } });

    await auth.email.change.mutate({ email: 'new@example.com' });
    await auth.email.confirmChange.mutate({ token: await mailed(app, 'new@example.com', 'confirm-email') });
    expect(session.get()).toMatchObject({ status: 'signedIn', user: { email: 'new@example.com' } });

    await auth.email.undoChange.mutate({ token: await mailed(app, ada.email, 'undo-email') });
    expect(session.get()).toEqual({ status: 'signedOut' });
    session.stop();
  },
);
