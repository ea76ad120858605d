import { describe, expect, test } from 'vitest';

import { hours } from '../../server/kernel/clock.ts';
import { renewedBy, signIn } from '../support/people.ts';
import { call, faces, outcomeOf, procedures } from '../support/procedures.ts';
import type { Procedure } from '../support/procedures.ts';
import { ada, testApp } from '../support/test-app.ts';

const asking = (assurance: Procedure['assurance']): Procedure[] =>
  procedures.filter((procedure) => procedure.assurance === assurance);

/** Changes of what is no proof of who somebody is: to be signed in is enough. A procedure that is not here asks for a proof. */
const harmless = ['auth.factors.startVerification', 'auth.account.update', 'auth.token.issue'];

describe('how sure it has to be who is calling', () => {
  test('7.5.1 each change by somebody signed in asks for a proof: lately, or with the change itself', () => {
    const changes = asking('signedIn').filter(({ type }) => type === 'mutation');
    const without = changes.filter(
      ({ fields }) => !['password', 'currentPassword', 'factor'].some((proof) => fields.includes(proof)),
    );
    expect(without.map(({ path }) => path)).toEqual(harmless);
    expect(asking('recentlyVerified').map(({ path }) => path)).toEqual(
      expect.arrayContaining(['auth.sessions.revoke', 'auth.sessions.revokeOthers']),
    );
  });

  test.each(asking('recentlyVerified'))(
    '7.5.1 $path is refused to nobody at all, and to a session whose proof is old, until there is a new one',
    async (procedure) => {
      await using app = await testApp();
      for (const face of faces) {
        expect(await outcomeOf(await call(app, [face, procedure]))).toBe('NOT_SIGNED_IN');
        expect(await outcomeOf(await call(app, [face, procedure], { headers: { authorization: 'Bearer x' } }))).toBe(
          'SESSION_ENDED',
        );
        const { headers } = await signIn(app);
        app.clock.forward(hours(1));
        const refused = await call(app, [face, procedure], { headers });
        expect([refused.status, await outcomeOf(refused)]).toEqual([403, 'VERIFY_AGAIN']);
        const verified = await app.post('/api/auth/sessions/verify', { password: ada.password }, headers);
        const answer = await call(app, [face, procedure], { headers: await renewedBy(verified) });
        expect(['NOT_SIGNED_IN', 'SESSION_ENDED', 'VERIFY_AGAIN']).not.toContain(await outcomeOf(answer));
      }
    },
  );

  test.each(asking('signedIn'))('$path is refused to nobody at all, and asks for no fresh proof', async (procedure) => {
    await using app = await testApp();
    // A stream has no place in one answer of JSON.
    for (const face of procedure.type === 'subscription' ? (['/trpc/'] as const) : faces) {
      expect(await outcomeOf(await call(app, [face, procedure]))).toBe('NOT_SIGNED_IN');
      const { headers } = await signIn(app, { email: `${face.length}@example.com` });
      app.clock.forward(hours(1));
      expect(await outcomeOf(await call(app, [face, procedure], { headers }))).not.toMatch(
        /^(NOT_SIGNED_IN|SESSION_ENDED|VERIFY_AGAIN)$/,
      );
    }
  });
});
