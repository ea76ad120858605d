import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';

import { memoryStorage } from '../../client/index.ts';
import { hours, minutes } from '../../server/kernel/clock.ts';
import { stored } from '../support/database.ts';
import { askForChange, changeEmail, follow, mailed, reasonOf, signIn, tokenFor } from '../support/mail-links.ts';
import { complete, linkedToken, mailedToken } from '../support/reset-links.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com', password: 'another correct horse' };
const [first, second] = ['ada@new.example', 'ada@newer.example'];
const newPassword = 'a horse of another colour';

const ask = async (app: TestApp, email: string, headers: Record<string, string>): Promise<Response> =>
  await app.post('/api/auth/email/change', { email }, headers);
const logIn = async (app: TestApp, email: string, password: string = ada.password): Promise<number> =>
  (await app.post('/api/auth/login', { email, password })).status;
const me = async (app: TestApp, headers: Record<string, string>): Promise<number> =>
  (await app.get('/api/auth/me', headers)).status;

async function changes(app: TestApp): Promise<string[]> {
  const { orm, tables } = await app.db();
  return (await orm.select().from(tables.events)).flatMap(({ kind, data }) => (kind === 'email.changed' ? [data] : []));
}

async function links(app: TestApp): Promise<string[]> {
  const { orm, tables } = await app.db();
  return (await orm.select().from(tables.oneTimeTokens)).map(({ purpose, email }) => `${purpose} ${email}`).toSorted();
}

const proved = { ...ada, emailVerified: true };

describe('a new address', () => {
  test('is the account’s once whoever reads it has said so, with the typed client', async () => {
    await using app = await testApp();
    await app.auth.users.create({ ...ada, emailVerified: true });
    const auth = app.client({ storage: memoryStorage() });
    await auth.login.mutate(ada);
    expect(await auth.email.change.mutate({ email: 'Ada@New.example' })).toEqual({ status: 'checkYourMail' });
    const [mail, ...more] = await app.mails();
    expect([mail?.to, mail?.subject, more]).toEqual([first, 'Confirm your new e-mail address for localhost:0', []]);
    expect((await auth.me.query())?.user).toMatchObject({ email: ada.email });

    const token = tokenFor('confirm-email', mail?.text);
    expect(await auth.email.confirmChange.mutate({ token })).toEqual({
      status: 'emailChanged',
      token: expect.any(String),
    });
    expect((await auth.me.query())?.user).toMatchObject({ email: first, emailVerified: true });
    expect([await logIn(app, ada.email), await logIn(app, first)]).toEqual([401, 200]);
    const { to, subject, text } = (await app.mails()).at(-1) ?? {};
    expect([to, subject]).toEqual([ada.email, 'Your e-mail address for localhost:0 was changed']);
    expect(tokenFor('undo-email', text)).not.toBe('');
    expect(await changes(app)).toEqual(['{"by":"owner"}']);
  });

  test('is asked for by whoever has shown their password lately, and by nobody else', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    expect(await reasonOf(await ask(app, first, {}))).toBe('NOT_SIGNED_IN');
    const headers = await signIn(app, ada);
    app.clock.forward(minutes(10));
    expect(await reasonOf(await ask(app, first, headers))).toBe('VERIFY_AGAIN');
    expect([await links(app), await app.mails()]).toEqual([[], []]);
  });

  test('is none without mail', async () => {
    await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com' }, mailer: 'ofProduction' });
    await app.auth.users.create(proved);
    const headers = await signIn(app, ada);
    const answer = await ask(app, first, headers);
    expect([answer.status, await reasonOf(answer)]).toEqual([501, 'MAIL_NOT_CONFIGURED']);
  });

  test('6.3.8 that has an account already is not told from one that is free: its owner gets the mail', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    await app.auth.users.create(eve);
    const headers = await signIn(app, ada);
    const answers: unknown[] = [];
    for (const email of [first, eve.email]) {
      const answer = await ask(app, email, headers);
      answers.push([answer.status, [...answer.headers.keys()], await answer.text()]);
    }
    expect(answers[0]).toEqual(answers[1]);
    const [mail, ...more] = await app.mails();
    expect([mail?.to, mail?.subject, more]).toEqual([eve.email, 'You already have an account at localhost:0', []]);
    // Hers, and not a way for anybody into the account of who asked.
    const token = tokenFor('reset-password', mail?.text);
    expect(await reasonOf(await follow(app, 'confirmChange', token))).toBe('LINK_SPENT');
    expect(await reasonOf(await complete(app, token, newPassword))).toBe('done');
    expect([await logIn(app, eve.email, newPassword), await logIn(app, ada.email)]).toEqual([200, 200]);
  });

  test('that is the account’s own already changes nothing, with the same answer', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    const headers = await signIn(app, ada);
    const token = await askForChange(app, first, headers);
    expect(await (await ask(app, ada.email, headers)).json()).toMatchObject({ status: 'checkYourMail' });
    expect((await app.mails()).map(({ to }) => to)).toEqual([first]);
    expect(await reasonOf(await follow(app, 'confirmChange', token))).toBe('done');
  });

  test('is mailed to once a minute, whoever asks', async () => {
    await using app = await testApp();
    const sessions: Record<string, string>[] = [];
    for (const person of [ada, eve]) {
      await app.auth.users.create({ ...person, emailVerified: true });
      sessions.push(await signIn(app, person));
    }
    const statuses: number[] = [];
    for (const headers of sessions) statuses.push((await ask(app, first, headers)).status);
    expect(statuses).toEqual([200, 429]);
  });

  test('that was taken meanwhile is refused, and nothing is changed', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    const headers = await signIn(app, ada);
    const token = await askForChange(app, first, headers);
    await app.auth.users.create({ email: first });
    const before = [await stored(app), await links(app)];
    const answer = await follow(app, 'confirmChange', token, headers);
    expect([answer.status, answer.headers.getSetCookie(), await reasonOf(answer)]).toEqual([409, [], 'EMAIL_TAKEN']);
    expect([await stored(app), await links(app)]).toEqual(before);
    expect([await me(app, headers), await changes(app)]).toEqual([200, []]);
  });

  test('takes with it all other sessions, and every link but those that undo', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    const [mine, other] = [await signIn(app, ada), await signIn(app, ada)];
    const reset = await linkedToken(app, ada.email);
    const answer = await follow(app, 'confirmChange', await askForChange(app, first, mine), mine);
    const renewed = { cookie: cookieOf(answer) ?? '' };
    expect([await me(app, mine), await me(app, other), await me(app, renewed)]).toEqual([401, 401, 200]);
    expect(await reasonOf(await complete(app, reset, newPassword))).toBe('LINK_SPENT');
    expect(await links(app)).toEqual([`emailUndo ${ada.email}`]);
  });

  test('that somebody confirms who is not signed in, or is as somebody else, ends all sessions of the account', async () => {
    await using app = await testApp();
    for (const person of [ada, eve]) await app.auth.users.create({ ...person, emailVerified: true });
    const [mine, others] = [await signIn(app, ada), await signIn(app, eve)];
    const answer = await follow(app, 'confirmChange', await askForChange(app, first, mine), others);
    expect([answer.headers.getSetCookie(), (await answer.json()).token]).toEqual([[], undefined]);
    expect([await me(app, mine), await me(app, others)]).toEqual([401, 200]);
  });

  test('is not confirmed for an account that was disabled meanwhile', async () => {
    await using app = await testApp();
    const { id } = await app.auth.users.create(proved);
    const token = await askForChange(app, first, await signIn(app, ada));
    await app.auth.users.disable(id);
    await app.auth.users.enable(id);
    expect(await reasonOf(await follow(app, 'confirmChange', token))).toBe('LINK_SPENT');
    expect(await app.auth.users.find({ email: first })).toBe(null);
  });

  test('6.3.7 is told to an address that was never proved, without a link: it may be a stranger’s, who would get the account', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    expect(await changeEmail(app, { from: ada.email, to: 'ada@new.example' }, await signIn(app, ada))).toBe('');
    const [mail, ...more] = (await app.mails()).filter(({ to }) => to === ada.email);
    expect([mail?.subject, more]).toEqual(['An e-mail address for localhost:0 was changed', []]);
    expect(`${mail?.text}${mail?.html}`).not.toMatch(/#token|href|new\.example/);
    // Nor is the address kept: nobody may take it back.
    expect(await links(app)).toEqual([]);
    expect(await app.auth.users.find({ email: 'ada@new.example' })).toMatchObject({ emailVerified: true });
  });
});

describe('a change that somebody else has made', () => {
  test('is undone by whoever reads the old address, who alone gets in after it', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    const thief = await signIn(app, ada);
    const undo = await changeEmail(app, { from: ada.email, to: first }, thief);
    const again = await signIn(app, { ...ada, email: first });
    const next = await askForChange(app, second, again);
    const reset = await mailedToken(app, first);

    const answer = await follow(app, 'undoChange', undo, again);
    expect(await answer.json()).toEqual({ message: expect.any(String), status: 'emailRestored' });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await app.auth.users.find({ email: ada.email })).toMatchObject({ emailVerified: true });
    expect([await me(app, thief), await me(app, again)]).toEqual([401, 401]);
    expect([await logIn(app, ada.email), await logIn(app, first)]).toEqual([401, 401]);
    expect(await reasonOf(await follow(app, 'confirmChange', next))).toBe('LINK_SPENT');
    expect(await reasonOf(await complete(app, reset, 'the thief’s own horse'))).toBe('LINK_SPENT');
    expect(await changes(app)).toEqual(['{"by":"owner"}', '{"by":"undo"}']);

    const token = await mailed(app, ada.email, 'reset-password');
    expect(await reasonOf(await complete(app, token, newPassword))).toBe('done');
    expect(await logIn(app, ada.email, newPassword)).toBe(200);
  });

  test('is undone within three days also after a second change, and a reset, in between', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    const undo = await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
    app.clock.forward(hours(24));
    const undoSecond = await changeEmail(app, { from: first, to: second }, await signIn(app, { ...ada, email: first }));
    await complete(app, await mailedToken(app, second), 'the thief’s own horse');
    app.clock.forward(hours(47));
    expect(await links(app)).toEqual([`emailUndo ${ada.email}`, `emailUndo ${first}`]);
    expect(await reasonOf(await follow(app, 'undoChange', undo))).toBe('done');
    expect(await app.auth.users.find({ email: ada.email })).toMatchObject({ emailVerified: true });
    // Or whoever reads the address in the middle would take it back.
    expect(await reasonOf(await follow(app, 'undoChange', undoSecond))).toBe('LINK_SPENT');
    expect(await logIn(app, ada.email, 'the thief’s own horse')).toBe(401);
  });

  test('is undone also where who made it has changed the address twice, and undone the second change', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    const undo = await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
    const undoSecond = await changeEmail(app, { from: first, to: second }, await signIn(app, { ...ada, email: first }));
    expect(await reasonOf(await follow(app, 'undoChange', undoSecond))).toBe('done');
    await complete(app, await mailed(app, first, 'reset-password'), 'the thief’s own horse');
    expect(await links(app)).toEqual([`emailUndo ${ada.email}`]);
    await changeEmail(
      app,
      { from: first, to: 'ada@third.example' },
      await signIn(app, { email: first, password: 'the thief’s own horse' }),
    );
    expect(await links(app)).toEqual([`emailUndo ${ada.email}`, `emailUndo ${first}`]);

    expect(await reasonOf(await follow(app, 'undoChange', undo))).toBe('done');
    expect(await app.auth.users.find({ email: ada.email })).toMatchObject({ emailVerified: true });
    expect(await links(app)).toEqual([]);
    expect(await logIn(app, ada.email, 'the thief’s own horse')).toBe(401);
  });

  test('is not undone where the old address is somebody else’s by now, and the link is not spent', async () => {
    await using app = await testApp();
    await app.auth.users.create(proved);
    const mine = await signIn(app, ada);
    const undo = await changeEmail(app, { from: ada.email, to: first }, mine);
    const { id } = await app.auth.users.create(eve);
    const { orm, tables } = await app.db();
    // By whoever writes into the database: no procedure gives it away.
    const give = async (email: string) => await orm.update(tables.users).set({ email }).where(eq(tables.users.id, id));
    await give(ada.email);
    const before = await stored(app);
    const answer = await follow(app, 'undoChange', undo);
    expect([answer.status, await reasonOf(answer)]).toEqual([409, 'EMAIL_TAKEN']);
    expect(await stored(app)).toEqual(before);
    await give(eve.email);
    expect(await reasonOf(await follow(app, 'undoChange', undo))).toBe('done');
  });

  test('leaves no session to 20 logins with the old password at the moment that it is undone', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    await app.auth.users.create(proved);
    const undo = await changeEmail(app, { from: ada.email, to: first }, await signIn(app, ada));
    const calls = Array.from({ length: 20 }, async (_, index) => {
      if (index === 10) expect((await follow(app, 'undoChange', undo)).status).toBe(200);
      else await logIn(app, index % 2 === 0 ? ada.email : first);
    });
    await Promise.all(calls);
    expect((await stored(app)).sessions).toEqual([]);
  });
});
