import { createHash } from 'node:crypto';

import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';

import { readConfig } from '../../server/config.ts';
import { environment } from '../../server/environment.ts';
import * as schema from '../../server/db/schema.ts';
import { newPasswordRefusals } from '../../server/features/accounts/contract.ts';
import { listOutput } from '../../server/features/devices/contract.ts';
import { eventKinds } from '../../server/features/events/contract.ts';
import { caller, deliveryRefusals } from '../../server/features/sessions/contract.ts';
import { hours } from '../../server/kernel/clock.ts';
import { createSealedBox } from '../../server/kernel/sealed-box.ts';
import { limits } from '../../server/limits/limits.ts';
import { appRouter } from '../../server/router.ts';
import { codeIn, rowsIn, sectionOf } from '../support/markdown.ts';
import { signIn } from '../support/people.ts';
import { printInputs } from '../support/print-inputs.ts';
import { call, procedures as everyProcedure, signingIn } from '../support/procedures.ts';
import { linkedToken } from '../support/reset-links.ts';
import { sources, textOf } from '../support/sources.ts';
import { ada, testApp } from '../support/test-app.ts';

const inventory = 'docs/inventory.md';
const tableOf = (heading: string): string[][] => rowsIn(sectionOf(inventory, heading));
const column = (rows: string[][], index: number): string[] => rows.flatMap((row) => codeIn(row[index] ?? ''));

const procedures = Object.keys(appRouter._def.procedures);
const tables = Object.values(schema).filter((value) => is(value, SQLiteTable));

const serverSources = sources.filter((file) => file.startsWith('server/'));

test('2.1.1 what each field of each input may be is written down, as the schemas say it', () => {
  expect(tableOf('What each input may be')).toEqual(rowsIn(printInputs()));
});

test('2.1.2 the rules over several fields are written down', () => {
  const documented = tableOf('Rules over several fields');
  const refusals = column(documented, 2);
  expect(refusals).toEqual(expect.arrayContaining(['PASSWORD_GUESSABLE', ...Object.keys(deliveryRefusals)]));

  const contradictions = [
    { METRICS_PORT: '3000', PORT: '3000' },
    { SESSION_IDLE_SECONDS: '120', SESSION_LIFETIME_SECONDS: '60' },
    { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'http://localhost:5173' },
    { PUBLIC_URL: 'https://auth.example.com', CORS_ORIGINS: 'http://shop.example.com' },
    { PUBLIC_URL: 'https://auth.example.com', RATE_LIMITS: 'off' },
    { REQUIRE_SECOND_FACTOR: 'admins', ENCRYPTION_KEYS: '' },
    { TOKEN_AUDIENCE: 'https://api.example.com', ENCRYPTION_KEYS: '' },
  ];
  for (const env of contradictions) expect(() => readConfig(env)).toThrow(/The configuration has faults/);
  const together = contradictions.map((env) => Object.keys(env).toSorted());
  const settings = documented.filter((row) => row[2] === 'the start').map((row) => codeIn(row[0] ?? '').toSorted());
  expect(settings.toSorted()).toEqual(together.toSorted());
});

test('3.5.4 that this server has a host name of its own is advised, and its cookie is bound to it', async () => {
  expect(sectionOf('docs/origins.md', 'A host name of its own')).toContain('__Host-');
  await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com' } });
  const [cookie = ''] = (await app.post('/api/auth/register', ada)).headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-/);
  expect(cookie).not.toMatch(/;\s*Domain=/i);
});

test('6.1.2 the names that no password may be made of are written down', () => {
  const documented = tableOf('Rules over several fields').filter((row) => row[2]?.includes('PASSWORD_GUESSABLE'));
  const [, , details] = newPasswordRefusals.PASSWORD_GUESSABLE;
  expect(column(documented, 2).filter((code) => code !== 'PASSWORD_GUESSABLE')).toEqual(details.shape.because.options);
});

test('6.1.3 every way to sign in is written down, with its strength', async () => {
  await using app = await testApp();
  const ways: string[] = [];
  for (const procedure of procedures) {
    const answer = await app.post(`/trpc/${procedure}`, procedure.endsWith('logout') ? {} : ada);
    if (answer.headers.getSetCookie().length > 0) ways.push(procedure);
  }
  const documented = tableOf('Who may do what').filter(([, , how]) => how !== '');
  expect(ways.length).toBeGreaterThan(1);
  expect(signingIn).toEqual(expect.arrayContaining(ways));
  expect(column(documented, 0)).toEqual(signingIn);
  for (const [, , how] of documented) expect(how).toContain('factor');
});

test('7.1.1 how long a session lasts is written down as it is', () => {
  const { sessionLifetimeSeconds, sessionIdleSeconds } = readConfig({});
  const text = sectionOf(inventory, 'Sessions');
  expect(text).toContain(`ends ${(sessionLifetimeSeconds * 1000) / hours(24)} days after`);
  expect(text).toContain(`after ${(sessionIdleSeconds * 1000) / hours(24)} days without use`);
});

test('7.1.2 how many sessions a person may have at once is written down: more than they have devices', async () => {
  expect(sectionOf(inventory, 'Sessions')).toContain('100 sessions at once');
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const tokens: string[] = [];
  for (let device = 0; device < 20; device += 1) {
    const answer = await app.post('/api/auth/login', { ...ada, deliver: 'token' });
    tokens.push((await answer.json()).token);
  }
  const checks = tokens.map(
    async (token) => (await app.get('/api/auth/me', { authorization: `Bearer ${token}` })).status,
  );
  expect(new Set(await Promise.all(checks))).toEqual(new Set([200]));
});

test('8.1.1 who may call which procedure is written down for every one', () => {
  expect(column(tableOf('Who may do what'), 0)).toEqual(procedures);
});

test('8.1.2 who sees and who sets which field is written down, and nobody sees another', () => {
  const shown = tableOf('What is stored').filter(([, , sees]) => sees === 'the user');
  const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const { user, session } = caller.shape;
  const { isCurrent: _, ...device } = listOutput.shape.sessions.element.shape;
  expect(column(shown, 0).toSorted()).toEqual(
    [
      // Since when it is known is shown as whether it is.
      ...Object.keys(user.shape).map((name) => `users.${snake(name)}${name === 'emailVerified' ? '_at' : ''}`),
      ...Object.keys({ ...session.shape, ...device }).map((name) => `sessions.${snake(name)}`),
    ].toSorted(),
  );
});

test('11.1.1 how keys are made, kept, changed and lost is written down, with what is sealed under one', () => {
  const text = sectionOf('docs/operating.md', 'Keys');
  expect(text).toContain('openssl rand -base64 32');
  for (const topic of ['Keep it', 'A new one', 'A key that is lost']) expect(text).toContain(`**${topic}**`);
  // What is said of the id of a key is what is written.
  const key = Buffer.from('a key that is only for this test');
  const sealed = createSealedBox([key]).seal(Buffer.of(1), 'ada');
  expect(text).toContain('sha256sum | cut -c 1-8');
  expect(sealed.toString('hex', 0, 5)).toBe(`01${createHash('sha256').update(key).digest('hex').slice(0, 8)}`);
});

test('11.1.2 each use of cryptography is in the inventory', () => {
  const users = serverSources.filter((file) =>
    /(from|import\()\s*'(node:crypto|bcrypt|otpauth|jose)'/.test(textOf(file)),
  );
  expect(users.length).toBeGreaterThan(3);
  expect(column(tableOf('Cryptography'), 2).toSorted()).toEqual(users.toSorted());
});

test('13.1.1 every setting that is an address or a place is in the list of who speaks with whom', () => {
  const places = Object.keys(environment.shape).filter((name) => /URL|HOST|PORT|PROX|ORIGIN/.test(name));
  expect(places.length).toBeGreaterThan(5);
  expect(codeIn(sectionOf(inventory, 'Who speaks with whom'))).toEqual(expect.arrayContaining(places));
});

test('14.1.1 every column that is stored has its class', () => {
  const columns = tables.flatMap((table) =>
    Object.values(getTableColumns(table)).map(({ name }) => `${getTableName(table)}.${name}`),
  );
  expect(columns.length).toBeGreaterThan(15);
  const documented = tableOf('What is stored');
  expect(column(documented, 0)).toEqual(columns);
  for (const [, kind] of documented) expect(['secret', 'personal', 'internal']).toContain(kind);
});

test('14.1.2 how each class is protected is written down, and a secret is a hash, or sealed, that nobody sees', () => {
  const text = sectionOf(inventory, 'What is stored');
  for (const kind of ['Secret', 'Personal', 'Internal']) expect(text).toMatch(new RegExp(`\\*\\*${kind}\\*\\*: \\w+`));
  const secrets = tableOf('What is stored').filter(([, kind]) => kind === 'secret');
  expect(secrets).toHaveLength(9);
  for (const [name, , sees] of secrets)
    expect([name, sees]).toEqual([expect.stringMatching(/_(hash|ciphertext)`$/), 'nobody']);
});

test('15.1.1 how soon a weak component is replaced is written down, for every severity', () => {
  const rows = rowsIn(sectionOf('SECURITY.md', 'Weak components'));
  expect(rows.map(([severity]) => severity)).toEqual(['critical', 'high', 'medium', 'low']);
  for (const [, time] of rows) expect(time).toMatch(/\d+ (hours|days)|next release/);
});

test('15.1.3 the procedures that are costly are written down, and what bounds each', async () => {
  await using app = await testApp();
  const costly: string[] = [];
  for (const procedure of everyProcedure.filter(({ type }) => type === 'mutation')) {
    const { headers } = await signIn(app, { email: `${procedure.path}@example.com`.toLowerCase() });
    const token = await linkedToken(app, `${procedure.path}@example.com`);
    const input = procedure.fields.includes('token') ? { ...procedure.input, token } : procedure.input;
    const before = app.hashes();
    await call(app, ['/trpc/', procedure], { input, headers: procedure.assurance === 'none' ? {} : headers });
    if (app.hashes() > before) costly.push(procedure.path);
  }
  const documented = tableOf('What is costly');
  expect(column(documented, 0)).toEqual(costly);
  const bounds = column(documented, 2);
  expect(bounds.length).toBeGreaterThan(3);
  for (const name of bounds) expect(limits).toHaveProperty([name]);
});

test('16.1.1 every event that is logged is written down, with its level', () => {
  const logging = [...serverSources, 'cli/serve.ts'];
  const events = logging.flatMap((file) =>
    [...textOf(file).matchAll(/\blog\.(\w+)\(\s*\{\s*event: '([\w.]+)'/g)].map(
      ([, level, event]) => `${event} ${level}`,
    ),
  );
  // What is likely to be wrong is a table, said as warnings.
  const likely = [...textOf('server/set-up.ts').matchAll(/event: '([\w.]+)',\s+text\b/g)];
  events.push(...likely.map(([, event]) => `${event} warn`));
  expect(logging.flatMap((file) => [...textOf(file).matchAll(/event: '/g)])).toHaveLength(events.length);
  // Each change of an account is one, too.
  events.push(...Object.keys(eventKinds).map((kind) => `${kind} info`));
  const documented = tableOf('What is logged').map(([event = '', level]) => `${codeIn(event)[0]} ${level}`);
  expect(documented.toSorted()).toEqual([...new Set(events)].toSorted());
});
