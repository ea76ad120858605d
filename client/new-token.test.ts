import { expect, test } from 'vitest';

import { seconds } from '../server/kernel/clock.ts';
import { ada, testApp } from '../tests/support/test-app.ts';
import { visitor } from '../tests/support/visitor.ts';
import { createAuthClient, memoryStorage, refusalOf, safe, sessionOf } from './index.ts';
import type { AuthClientOptions } from './index.ts';

const ways: [string, () => Partial<AuthClientOptions>][] = [
  ['in a cookie', () => ({})],
  ['in a storage', () => ({ storage: memoryStorage() })],
];

test.each(ways)(
  'whose session gets a new token (%s) stays signed in, though what was sent with the old one is refused',
  async (_way, options) => {
    await using app = await testApp();
    await app.client().register.mutate(ada);
    const someone = visitor();
    const auth = createAuthClient({ url: app.url, fetch: someone.fetch, ...options() });
    const session = sessionOf(auth);
    session.get();
    await auth.login.mutate(ada);
    const before = session.get();
    expect(before.status).toBe('signedIn');

    app.clock.forward(seconds(1));
    const letThrough = someone.holdNext('auth.sessions.verify');
    const verifying = auth.sessions.verify.mutate({ password: ada.password });
    await expect.poll(() => someone.answered).toContain('auth.sessions.verify');
    const [, late] = await safe(auth.sessions.list.query());
    expect(refusalOf(late)?.reason).toBe('SESSION_ENDED');
    letThrough();

    const verified = await verifying;
    expect(session.get()).toEqual({ ...before, session: verified.session });
    expect((await auth.sessions.list.query()).sessions.map(({ isCurrent }) => isCurrent)).toContain(true);

    // The same with another password.
    await auth.password.change.mutate({ currentPassword: ada.password, newPassword: 'a horse of another colour' });
    expect(session.get()).toMatchObject({ status: 'signedIn', session: { id: verified.session.id } });
    expect((await auth.sessions.list.query()).sessions).toHaveLength(1);
    session.stop();
  },
);
