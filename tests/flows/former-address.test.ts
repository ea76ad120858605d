import { describe, expect, test } from 'vitest';

import { hours, minutes } from '../../server/kernel/clock.ts';
import { stored } from '../support/database.ts';
import { askForChange, changeEmail, follow, mailed, reasonOf, signIn } from '../support/mail-links.ts';
import { ada, testApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com', password: 'another correct horse' };
const first = 'ada@new.example';
const proved = { ...ada, emailVerified: true };

describe('a former address', () => {
  test.each(['off', 'on'])(
    'is kept for its account while that may take it back: nobody registers it, with REQUIRE_VERIFIED_EMAIL %s',
    async (REQUIRE_VERIFIED_EMAIL) => {
      await using app = await testApp({ env: { REQUIRE_VERIFIED_EMAIL, RATE_LIMITS: 'off' } });
      await app.auth.users.create(proved);
      const undo = await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
      const before = await stored(app);
      const answer = await app.post('/api/auth/register', ada);
      expect([answer.status, await reasonOf(answer)]).toEqual(
        REQUIRE_VERIFIED_EMAIL === 'on' ? [201, 'done'] : [409, 'EMAIL_TAKEN'],
      );
      expect((await app.mails()).filter(({ to }) => to === ada.email)).toHaveLength(1);
      expect(await app.auth.users.find({ email: ada.email })).toBe(null);
      expect((await stored(app)).users).toEqual(before.users);
      await expect(app.auth.users.create(ada)).rejects.toMatchObject({ refusal: { reason: 'EMAIL_TAKEN' } });
      expect(await reasonOf(await follow(app, 'undoChange', undo))).toBe('done');
    },
  );

  test('is not given to another account either, whose link is not spent by trying, until the time is over', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    await app.auth.users.create({ ...eve, emailVerified: true });
    const undo = await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
    app.clock.forward(hours(60));
    const others = await signIn(app, eve);
    const token = await askForChange(app, ada.email, others);
    const refused = await follow(app, 'confirmChange', token, others);
    expect([refused.status, await reasonOf(refused)]).toEqual([409, 'EMAIL_TAKEN']);
    app.clock.forward(hours(12));
    expect(await reasonOf(await follow(app, 'confirmChange', token))).toBe('done');
    expect(await reasonOf(await follow(app, 'undoChange', undo))).toBe('LINK_SPENT');
  });

  test('is open to its own account, which may change back to it', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
    app.clock.forward(minutes(1));
    await changeEmail(app, { from: first, to: ada.email }, await signIn(app, { ...ada, email: first }));
    expect(await app.auth.users.find({ email: ada.email })).toMatchObject({ emailVerified: true });
  });

  test('2.3.4 is nobody’s after 20 registrations at the moment of the change', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    await app.auth.users.create(proved);
    const headers = await signIn(app, ada);
    const token = await askForChange(app, first, headers);
    const calls = Array.from({ length: 20 }, async (_, index) => {
      if (index === 10) expect((await follow(app, 'confirmChange', token, headers)).status).toBe(200);
      else expect([409, 503]).toContain((await app.post('/api/auth/register', ada)).status);
    });
    await Promise.all(calls);
    expect(await reasonOf(await follow(app, 'undoChange', await mailed(app, ada.email, 'undo-email')))).toBe('done');
  });
});

describe('the mail to a former address', () => {
  test.each([
    [null, 'Your e-mail address'],
    ['de', 'Ihre E-Mail-Adresse'],
  ])(
    'is in the language of the account, here %s, and not in that of whoever has changed it',
    async (locale, subject) => {
      await using app = await testApp();
      await app.auth.users.create(proved);
      const headers = await signIn(app, ada);
      if (locale) await app.post('/api/auth/account/update', { locale }, headers);
      const of = { ...headers, 'accept-language': locale === 'de' ? 'en' : 'de' };
      await follow(app, 'confirmChange', await askForChange(app, first, of), of);
      expect((await app.mails()).findLast(({ to }) => to === ada.email)?.subject).toContain(subject);
    },
  );
});

test('14.2.7 a former address leaves no network that was known by it, also where the change is undone', async () => {
  await using app = await testApp();
  await app.auth.users.create(proved);
  const known = async (): Promise<string[]> => {
    const { orm, tables } = await app.db();
    const rows = await orm.select().from(tables.limitCounters);
    return rows.flatMap(({ id }) => (id.startsWith('known ') ? [id] : []));
  };
  const headers = await signIn(app, ada);
  expect(await known()).toHaveLength(1);
  const undo = await changeEmail(app, { from: ada.email, to: first }, headers);
  expect(await known()).toEqual([]);
  await signIn(app, { ...ada, email: first });
  expect(await known()).toHaveLength(1);
  await follow(app, 'undoChange', undo);
  expect(await known()).toEqual([]);
});

test('the way back to a former address is of no use while the account is disabled, and is there again after it', async () => {
  await using app = await testApp();
  const { id } = await app.auth.users.create(proved);
  const undo = await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
  await app.auth.users.disable(id);
  expect(await reasonOf(await follow(app, 'undoChange', undo))).toBe('LINK_SPENT');
  await app.auth.users.enable(id);
  expect(await reasonOf(await follow(app, 'undoChange', undo))).toBe('done');
});

describe('account.delete', () => {
  test('is refused while a change of the address can be undone, and changes nothing', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    const undo = await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
    const until = new Date(app.clock.now().getTime() + hours(72)).toISOString();
    const headers = await signIn(app, { ...ada, email: first });
    const before = await stored(app);
    const refused = await app.post('/api/auth/account/delete', {}, headers);
    expect([refused.status, refused.headers.getSetCookie(), await refused.json()]).toMatchObject([
      409,
      [],
      { reason: 'ADDRESS_CHANGED_LATELY', until },
    ]);
    expect(await stored(app)).toEqual(before);
    expect(await reasonOf(await follow(app, 'undoChange', undo))).toBe('done');
  });

  test('is open again after that time, and to the operator at any', async () => {
    await using app = await testApp();
    const { id } = await app.auth.users.create(proved);
    await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
    app.clock.forward(hours(72));
    const headers = await signIn(app, { ...ada, email: first });
    expect((await app.post('/api/auth/account/delete', {}, headers)).status).toBe(200);
    expect(await app.auth.users.find({ id })).toBe(null);

    const other = await app.auth.users.create({ ...eve, emailVerified: true });
    await changeEmail(app, { from: eve.email, to: 'eve@new.example' }, await signIn(app, eve));
    await app.auth.users.delete(other.id);
    expect(await app.auth.users.find({ id: other.id })).toBe(null);
  });

  test('2.3.4 at the moment of the change does not take the account from whoever may undo it', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    for (let round = 0; round < 5; round += 1) {
      const person = { email: `ada${round}@example.com`, password: ada.password };
      await app.auth.users.create({ ...person, emailVerified: true });
      const headers = await signIn(app, person);
      const token = await askForChange(app, `ada${round}@new.example`, headers);
      const [changed, deleted] = await Promise.all([
        follow(app, 'confirmChange', token),
        app.post('/api/auth/account/delete', {}, headers),
      ]);
      expect([changed.ok, deleted.ok].toSorted()).not.toEqual([true, true]);
    }
  });
});
