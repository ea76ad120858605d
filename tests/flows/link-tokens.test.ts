import { describe, expect, test } from 'vitest';

import { hours, minutes, seconds } from '../../server/kernel/clock.ts';
import { newToken } from '../../server/kernel/token.ts';
import { askForChange, changeEmail, follow, mailed, reasonOf, signIn, tokensIn, prove } from '../support/mail-links.ts';
import { complete, linkedToken, mailedToken } from '../support/reset-links.ts';
import { dump, variants } from '../support/stored-cells.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const newPassword = 'a horse of another colour';
const withoutLimits = { env: { RATE_LIMITS: 'off' } };

type Person = { email: string; password: string };

/** How a token of each kind is got hold of, for an account that is there. */
const kinds = {
  session: async (app: TestApp, person: Person) =>
    (await (await app.post('/api/auth/login', { ...person, deliver: 'token' })).json()).token as string,
  passwordReset: async (app: TestApp, { email }: Person) => await mailedToken(app, email),
  operatorReset: async (app: TestApp, { email }: Person) => await linkedToken(app, email),
  emailVerification: async (app: TestApp, { email }: Person) => {
    await app.post('/api/auth/email/resend', { email });
    return await mailed(app, email, 'verify-email');
  },
  emailChange: async (app: TestApp, person: Person) =>
    await askForChange(app, `new.${person.email}`, await signIn(app, person)),
  emailUndo: async (app: TestApp, person: Person) => {
    await prove(app, person.email);
    return await changeEmail(app, { from: person.email, to: `new.${person.email}` }, await signIn(app, person));
  },
};
type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds) as Kind[];

/** Wherever somebody can use a token. */
const consumers = {
  'me by bearer': async (app: TestApp, token: string) =>
    await app.get('/api/auth/me', { authorization: `Bearer ${token}` }),
  'me by cookie': async (app: TestApp, token: string) =>
    await app.get('/api/auth/me', { cookie: `latchkey_session=${token}` }),
  'passwordReset.complete': async (app: TestApp, token: string) => await complete(app, token, newPassword),
  'email.verify': async (app: TestApp, token: string) => await follow(app, 'verify', token),
  'email.confirmChange': async (app: TestApp, token: string) => await follow(app, 'confirmChange', token),
  'email.undoChange': async (app: TestApp, token: string) => await follow(app, 'undoChange', token),
};
type Consumer = keyof typeof consumers;
const consumerNames = Object.keys(consumers) as Consumer[];

/** What each kind is for. Everything else is refused. */
const fits: [Exclude<Kind, 'session'>, Consumer, lifetime: number][] = [
  ['passwordReset', 'passwordReset.complete', hours(1)],
  ['operatorReset', 'passwordReset.complete', hours(1)],
  ['emailVerification', 'email.verify', hours(24)],
  ['emailChange', 'email.confirmChange', hours(24)],
  ['emailUndo', 'email.undoChange', hours(72)],
];

async function person(app: TestApp, name: string): Promise<Person> {
  const made = { ...ada, email: `${name.toLowerCase()}@example.com` };
  await app.auth.users.create(made);
  return made;
}

describe('the token of a link', () => {
  test('GHSA-965c-763c-88jm a token serves what it was made for: of all kinds at all places only the right pairs', async () => {
    await using app = await testApp(withoutLimits);
    const accepted: string[] = [];
    for (const kind of kindNames) {
      for (const consumer of consumerNames) {
        const token = await kinds[kind](app, await person(app, `${kind}.${consumerNames.indexOf(consumer)}`));
        expect(token).toHaveLength(43);
        if ((await consumers[consumer](app, token)).ok) accepted.push(`${kind} at ${consumer}`);
      }
    }
    const right = fits.map(([kind, consumer]) => `${kind} at ${consumer}`);
    expect(accepted).toEqual(['session at me by bearer', 'session at me by cookie', ...right]);
  });

  test.each(fits)(
    'GHSA-hc7v-rggr-4hvx of a %s serves one of 50 who use it at once, and nobody after (2.3.4)',
    async (kind, consumer) => {
      await using app = await testApp(withoutLimits);
      const token = await kinds[kind](app, await person(app, 'ada'));
      const use = async (): Promise<number> => (await consumers[consumer](app, token)).status;
      const statuses = await Promise.all(Array.from({ length: 50 }, use));
      expect(statuses.toSorted()).toEqual([200, ...Array(49).fill(401)]);
      expect(await use()).toBe(401);
    },
  );

  test('GHSA-hc7v-rggr-4hvx serves one of 50 who use it at once in the session of its owner, who stays signed in', async () => {
    await using app = await testApp(withoutLimits);
    const made = await person(app, 'ada');
    const token = await kinds.emailVerification(app, made);
    const headers = await signIn(app, made);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => await follow(app, 'verify', token, headers)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(49).fill(401)]);
    const [cookie = ''] = answers.find(({ ok }) => ok)?.headers.getSetCookie() ?? [];
    expect((await app.get('/api/auth/me', { cookie: cookie.split(';', 1)[0] ?? '' })).status).toBe(200);
  });

  test.each(fits)(
    '6.4.1 of a %s is good at %s for as long as is said, and no longer',
    async (kind, consumer, lifetime) => {
      await using app = await testApp(withoutLimits);
      const [inTime, late] = [await person(app, 'ada'), await person(app, 'eve')];
      const good = await kinds[kind](app, inTime);
      // A second has passed while the mail was on its way.
      app.clock.forward(lifetime - seconds(2));
      expect(await reasonOf(await consumers[consumer](app, good))).toBe('done');
      const over = await kinds[kind](app, late);
      app.clock.forward(lifetime);
      expect(await reasonOf(await consumers[consumer](app, over))).toBe('LINK_SPENT');
    },
  );

  test.each(fits.filter(([kind]) => kind !== 'emailUndo'))(
    'of a %s is the newest one only, for %s',
    async (kind, consumer) => {
      await using app = await testApp(withoutLimits);
      const made = await person(app, 'ada');
      const [older, newer] = [await kinds[kind](app, made), await kinds[kind](app, made)];
      expect(newer).not.toBe(older);
      expect(await reasonOf(await consumers[consumer](app, older))).toBe('LINK_SPENT');
      expect(await reasonOf(await consumers[consumer](app, newer))).toBe('done');
    },
  );

  test('is the newest one only, though the one before went to another address', async () => {
    await using app = await testApp();
    const headers = await signIn(app, await person(app, 'ada'));
    const older = await askForChange(app, 'first@new.example', headers);
    const newer = await askForChange(app, 'second@new.example', headers);
    expect(await reasonOf(await follow(app, 'confirmChange', older))).toBe('LINK_SPENT');
    expect(await reasonOf(await follow(app, 'confirmChange', newer))).toBe('done');
  });

  test('GHSA-4rxr-27mm-mxq9 that is wrong in any letter is none, wherever it is used', async () => {
    await using app = await testApp(withoutLimits);
    for (const [kind, consumer] of fits) {
      const token = await kinds[kind](app, await person(app, kind));
      const wrong = [0, 21, 42].map((at) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1));
      for (const one of [...wrong, newToken().reveal(), token.slice(1), `${token}A`, ` ${token}`, ''])
        expect(await reasonOf(await consumers[consumer](app, one))).toBe('LINK_SPENT');
      expect(await reasonOf(await consumers[consumer](app, token))).toBe('done');
    }
  });

  test('costs no more than 20 tries in ten minutes from one network, at all places together', async () => {
    await using app = await testApp();
    const statuses: number[] = [];
    for (let time = 0; time < 24; time += 1) {
      const procedure = (['verify', 'confirmChange', 'undoChange'] as const)[time % 3] ?? 'verify';
      const from = { 'x-forwarded-for': '203.0.113.9' };
      statuses.push((await follow(app, procedure, newToken().reveal(), from)).status);
    }
    expect(statuses).toEqual([...Array(20).fill(401), ...Array(4).fill(429)]);
  });
});

describe('what a mail carries', () => {
  test.each(['off', 'on'])(
    'CVE-2025-58434 is in no table, at no time, nor in the log: with REQUIRE_VERIFIED_EMAIL %s',
    async (REQUIRE_VERIFIED_EMAIL) => {
      await using app = await testApp({ env: { RATE_LIMITS: 'off', REQUIRE_VERIFIED_EMAIL } });
      const looked: string[] = [];
      const look = async (): Promise<void> => {
        const cells = await dump(app);
        const tokens = tokensIn(await app.mails());
        for (const token of tokens.flatMap((one) => variants(one)))
          expect(cells + app.logged().toLowerCase()).not.toContain(token);
        looked.push(`${tokens.length}`);
      };
      await app.post('/api/auth/register', ada);
      await app.mails();
      await look();
      await app.post('/api/auth/register', ada);
      await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'));
      await look();
      const token = await mailedToken(app, ada.email);
      await look();
      await complete(app, token, newPassword);
      const made = { ...ada, password: newPassword };
      const undo = await changeEmail(app, { from: ada.email, to: 'new@example.com' }, await signIn(app, made));
      await look();
      await follow(app, 'undoChange', undo);
      await app.mails();
      await look();
      expect(looked.map(Number)).toEqual(looked.map(Number).toSorted((one, other) => one - other));
      // A registration, perhaps a second one, a reset, a change and its undoing, and the reset after it.
      expect(Number(looked.at(-1))).toBe(REQUIRE_VERIFIED_EMAIL === 'on' ? 6 : 5);
    },
  );

  test('is found where it is stored, in whatever spelling: the test above is not blind', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const token = await mailedToken(app, ada.email);
    const { orm, tables } = await app.db();
    const isFound = async (): Promise<boolean> => {
      const cells = await dump(app);
      return variants(token).some((one) => cells.includes(one));
    };
    expect(await isFound()).toBe(false);
    for (const tokenHash of [Buffer.from(token), Buffer.from(token, 'base64url')]) {
      await orm.update(tables.oneTimeTokens).set({ tokenHash });
      expect(await isFound()).toBe(true);
    }
    await orm.update(tables.oneTimeTokens).set({ tokenHash: Buffer.from('else') });
    await orm.update(tables.users).set({ name: Buffer.from(token, 'base64url').toString('hex') });
    expect(await isFound()).toBe(true);
  });

  test('GHSA-2wmj-46rj-qm2w leads to the configured pages only, whatever a request says about its host', async () => {
    const env = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com', RATE_LIMITS: 'on' };
    await using app = await testApp({ env });
    const claims = { 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test', referer: 'https://evil.test/' };
    await app.post('/api/auth/register', ada, claims);
    await app.mails();
    for (const path of ['email/resend', 'passwordReset/request']) {
      app.clock.forward(minutes(1));
      await app.post(`/api/auth/${path}`, { email: ada.email }, claims);
      await app.mails();
    }
    await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'), claims);
    const bearer = { authorization: `Bearer ${await kinds.session(app, ada)}`, ...claims };
    await app.post('/api/auth/email/change', { email: 'new@example.com' }, bearer);
    await follow(app, 'confirmChange', await mailed(app, 'new@example.com', 'confirm-email'), claims);
    await follow(app, 'undoChange', await mailed(app, ada.email, 'undo-email'), claims);
    const pages = (await app.mails()).flatMap(({ text }) => text.match(/https?:\S+/g) ?? []);
    expect(pages.map((url) => url.replace(/#token=[\w-]{43}$/, ''))).toEqual(
      ['verify-email', 'verify-email', 'reset-password', 'confirm-email', 'undo-email', 'reset-password'].map(
        (page) => `${env.APP_URL}/${page}`,
      ),
    );
  });
});
