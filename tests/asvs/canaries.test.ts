import { existsSync, readFileSync, readdirSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';

import { appRouter } from '../../server/router.ts';
import { addressOf, projectFolder, run, startLine, withNode } from '../support/process.ts';
import { raw } from '../support/raw.ts';

/** Words that stand for what nobody else may learn; made of letters only, so that they fit anywhere. */
function canaries() {
  const made: string[] = [];
  return {
    made,
    next: (kind: string): string => {
      const letters = String(made.length).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '');
      made.push(`canary${kind}x${letters}x`);
      return made.at(-1) ?? '';
    },
  };
}

/** What is sent to one face of the server, right, wrong, refused, malformed and oversized. */
async function flows(url: string, face: string, secret: (kind: string) => string, person: (kind: string) => string) {
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': secret('agent'), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const get = async (path: string, headers: Record<string, string> = {}) => await fetch(url + path, { headers });
  const ada = { email: `${person('email')}@example.com`, password: secret('password') };
  const [register, login, logout, me] = ['register', 'login', 'logout', 'me'].map((name) => face + name);

  const registered = await post(`${register}`, { ...ada, name: person('name') });
  const cookie = registered.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  const signedIn = await (await post(`${login}`, { ...ada, deliver: 'token' })).json();
  const token: string = signedIn.token ?? signedIn.result.data.token;
  const bearer = { authorization: `Bearer ${token}` };
  for (const proof of [{ cookie }, bearer] as Record<string, string>[]) {
    for (const answer of [await get(`${me}`, proof), await post(`${logout}`, '{}', proof)])
      expect(answer.status).toBe(200);
    for (const answer of [await get(`${me}`, proof), await post(`${logout}`, '{}', proof)])
      expect(answer.status).toBe(401);
  }

  await post(`${register}`, ada);
  await post(`${register}`, { ...ada, email: `no address ${person('email')}` });
  await post(`${register}`, { ...ada, [secret('field')]: secret('value'), name: `${person('name')}\n` });
  await post(`${login}`, { ...ada, password: secret('password') });
  await post(`${login}`, { email: `${person('email')}@example.com`, password: secret('password') });
  await post(`${login}`, `{"password":"${secret('password')}`);
  await post(`${login}`, { password: secret('password').repeat(6000) });
  await post(`${login}`, `password=${secret('password')}`, { 'content-type': 'application/x-www-form-urlencoded' });
  await post(`${login}`, ada, { 'content-type': `${secret('type')}/x`, origin: `https://${secret('origin')}.test` });
  await post(`${login}?password=${secret('query')}`, ada, { 'trpc-accept': 'application/jsonl' });

  for (const path of [`${login}?password=`, `${me}?token=`, `${me}?input=`, `${me}?batch=1&input=`, face, '/', '/%ff'])
    await get(path + secret('path'), { referer: secret('referer'), 'x-request-id': secret('id') });
  const garbage = [{ authorization: `Bearer ${secret('token')}` }, { cookie: `latchkey_session=${secret('cookie')}` }];
  for (const headers of [...garbage, { 'x-forwarded-for': secret('address') }] as Record<string, string>[])
    await get(`${me}`, headers);
  await raw({ url }, `GET /${secret('path')} HTTP/1.1\r\nHost: ada:${secret('host')}@x\r\nConnection: close\r\n\r\n`);
  await raw({ url }, `BREW /${secret('path')} HTTP/9\r\n${secret('header')}\r\n\r\n`);
  return { ada, cookie: cookie.split('=')[1] ?? '', token };
}

test('16.2.5 no password or token is in the log or the database, and no e-mail address or name in the log, whatever is sent, also while the database fails', async () => {
  using project = projectFolder();
  const env = { ...withNode(), LOG_LEVEL: 'trace', TRUSTED_PROXIES: '127.0.0.1', RATE_LIMITS: 'off' };
  await using server = run(startLine, { cwd: project.path, env });
  const url = await addressOf(server);
  const [secrets, people] = [canaries(), canaries()];
  const tokens: string[] = [];

  for (const face of ['/trpc/auth.', '/api/auth/']) {
    const { ada, cookie, token } = await flows(url, face, secrets.next, people.next);
    tokens.push(cookie, token);
    expect(cookie).toMatch(/^[\w-]{43}$/);
    // It was stored, so what is looked for below could be found.
    expect(bytesOf(project).includes(ada.email)).toBe(true);
  }
  expect(leaksInto(bytesOf(project), secrets.made, tokens)).toEqual([]);

  // The same with a database that fails at every step but the first.
  const client = new Sqlite(project.file('userAuth.db'));
  client.exec('drop table sessions');
  const tryAll = async (): Promise<void> => {
    for (const path of ['/api/auth/register', '/trpc/auth.register', '/api/auth/login', '/trpc/auth.login'])
      await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: `latchkey_session=${tokens[0]}` },
        body: JSON.stringify({ email: `${people.next('email')}@example.com`, password: secrets.next('password') }),
      });
  };
  await tryAll();
  client.exec('drop table users');
  client.close();
  await tryAll();
  await fetch(`${url}/readyz`);

  expect(leaksInto(bytesOf(project), secrets.made, tokens)).toEqual([]);
  for (const event of [
    'session.started',
    'WRONG_CREDENTIALS',
    'INPUT_INVALID',
    'procedure.failed',
    'database.unavailable',
  ])
    expect(server.printed()).toContain(event);
  // But for the mails that a server on loopback prints for its developer, in the place of sending them.
  const printed = server.printed().replaceAll(/^.*"mail\.printed".*$/gm, '');
  expect(leaksInto(Buffer.from(printed), [...secrets.made, ...people.made], tokens)).toEqual([]);
  expect(printed).not.toMatch(/canary/i);
});

test('16.2.3 the log goes to standard output, and nothing else is written but the database', async () => {
  using project = projectFolder();
  const before = readdirSync(project.path);
  const places = { HOME: project.path, TMPDIR: project.path };
  await using server = run(startLine, { cwd: project.path, env: { ...withNode(), ...places, LOG_LEVEL: 'trace' } });
  let errors = '';
  server.child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const url = await addressOf(server);
  for (const path of Object.keys(appRouter._def.procedures)) await fetch(`${url}/trpc/${path}`);
  const body = JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body })).status).toBe(201);
  await server.until(/user\.registered/);
  const database = ['userAuth.db', 'userAuth.db-shm', 'userAuth.db-wal'];
  expect(readdirSync(project.path).toSorted()).toEqual([...before, ...database].toSorted());
  expect(errors).toBe('');
});

/** The database's file, its log and its shared memory. */
const bytesOf = (project: { file(name: string): string }): Buffer =>
  Buffer.concat(
    ['', '-wal', '-shm']
      .map((suffix) => project.file(`userAuth.db${suffix}`))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file)),
  );

/** Which of them are in there, tokens also as the bytes that they spell. */
function leaksInto(bytes: Buffer, words: string[], tokens: string[]): string[] {
  return [
    ...words.filter((word) => bytes.includes(word)),
    ...tokens.filter((token) => bytes.includes(token) || bytes.includes(Buffer.from(token, 'base64url'))),
  ];
}
