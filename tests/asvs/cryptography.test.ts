import { createHash, createHmac } from 'node:crypto';

import bcrypt from 'bcrypt';
import { expect, test } from 'vitest';

import { read } from '../support/database.ts';
import { imports, sources, textOf } from '../support/sources.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';

/** What is imported by name from `node:crypto`. */
const takenFromNode = (text: string): string[] =>
  [...text.matchAll(/import \{([^}]*)\} from '(?:node:)?crypto'/g)].flatMap(
    ([, names = '']) => names.match(/\w+/g) ?? [],
  );

test('11.2.1 cryptography is that of Node and of bcrypt: five functions of the one, three of the other', () => {
  const suspicious = /crypt|hash|argon|sodium|noble|jose|cipher|forge|random|nanoid|uuid|tls|jwt/;
  const packages = imports.map(({ to }) => to).filter((to) => !/^(server|client)\//.test(to) && suspicious.test(to));
  expect(new Set(packages)).toEqual(new Set(['node:crypto', 'bcrypt']));
  const taken = sources.flatMap((file) => takenFromNode(textOf(file)));
  expect(new Set(taken)).toEqual(
    new Set(['createHash', 'createHmac', 'randomBytes', 'randomUUIDv7', 'timingSafeEqual']),
  );
  const ofBcrypt = sources.flatMap((file) => textOf(file).match(/\bbcrypt(Library)?\.(?!ts\b)\w+\(/g) ?? []);
  expect(new Set(ofBcrypt.map((call) => call.replace(/^.*\./, '')))).toEqual(
    new Set(['hash(', 'hashSync(', 'genSaltSync(']),
  );
  for (const file of sources)
    expect(textOf(file)).not.toMatch(/\bcrypto\.\w|\bsubtle\b|import \* as \w+ from '(node:)?crypto'/);
});

test('11.2.3 what protects a secret has 128 bits at least: the hash of a token, the salt and the digest of a password', async () => {
  await using app = await testApp();
  const cookies = [ada, { ...ada, email: 'eve@example.com' }].map(async (one) =>
    cookieOf(await app.post('/api/auth/register', one)),
  );
  const tokens = (await Promise.all(cookies)).map((cookie = '') => cookie.split('=')[1] ?? '');
  const hashed = tokens.map((token) => createHash('sha256').update(token).digest('hex').toUpperCase());
  expect(read(app, 'select hex(token_hash) from sessions').toSorted()).toEqual(hashed.toSorted());

  const stored = read(app, 'select password_hash from users').map((hash) => String(hash).split('$'));
  const salts = stored.map(([, , , salt = '']) => salt);
  const digests = stored.map((parts) => parts.at(-1) ?? '');
  for (const salt of salts) expect(salt.length * 6).toBeGreaterThanOrEqual(128);
  for (const digest of digests) expect(digest.length * 6).toBeGreaterThanOrEqual(184);
  // The same password twice: nothing in the file says so.
  expect(new Set([...salts, ...digests]).size).toBe(4);
});

/** The hash functions that a text asks for, `unknown` where it does not say which by a word. */
const hashesIn = (text: string): string[] =>
  [
    ...text.matchAll(
      /\b(?:createHash|createHmac|createSign|createVerify|pbkdf2\w*|scrypt\w*|hkdf\w*)\((?:'([^']*)')?/g,
    ),
  ].map(([, name]) => name ?? 'unknown');

test('11.4.1 the only hash function beside bcrypt is SHA-256', () => {
  const asked = sources.flatMap((file) => hashesIn(textOf(file)));
  expect(asked.length).toBeGreaterThan(3);
  expect(new Set(asked)).toEqual(new Set(['sha256']));
  expect(hashesIn("createHash('md5').update(x); createHmac(name, key); pbkdf2Sync(a, b)")).toEqual([
    'md5',
    'unknown',
    'unknown',
  ]);
});

test('11.4.2 a password is stored as bcrypt of cost 10 at least, over an HMAC that is keyed with its salt', async () => {
  await using app = await testApp({ hasher: 'ofProduction' });
  await app.post('/api/auth/register', ada);
  const [stored] = read(app, 'select password_hash from users');
  const [, , settings = '', salt = '', digest] = String(stored).split('$');
  const cost = Number(/^v=2,t=2b,r=(\d+)$/.exec(settings)?.[1]);
  expect(cost).toBeGreaterThanOrEqual(10);
  const key = createHmac('sha256', salt).update(ada.password).digest('base64');
  expect(await bcrypt.hash(key, `$2b$${cost}$${salt}`)).toBe(`$2b$${cost}$${salt}${digest}`);
  await expect(testApp({ env: { BCRYPT_COST: '9' } })).rejects.toThrow(/BCRYPT_COST: must be at least 10/);
});

test('11.5.1 every secret comes from the generator of the system with 128 bits at least, and no id is a secret', async () => {
  const lengths = sources.flatMap((file) =>
    [...textOf(file).matchAll(/randomBytes\(([^)]*)\)/g)].map(([, length]) => Number(length)),
  );
  expect(lengths.length).toBeGreaterThan(0);
  for (const length of lengths) expect(length * 8).toBeGreaterThanOrEqual(128);
  for (const file of sources) expect(textOf(file)).not.toMatch(/Math\.random|pseudoRandom|nanoid/);

  await using app = await testApp();
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  const { user, session } = await (await app.get('/api/auth/me', { cookie })).json();
  const ids: string[] = [user.id, session.id];
  for (const id of ids.flatMap((one) => [
    one,
    Buffer.from(one.replaceAll('-', ''), 'hex').toString('base64url').padEnd(43, 'A'),
  ])) {
    for (const headers of [{ cookie: `latchkey_session=${id}` }, { authorization: `Bearer ${id}` }] as Record<
      string,
      string
    >[])
      expect((await app.get('/api/auth/me', headers)).status).toBe(401);
  }
});

const addresses = ['PUBLIC_URL', 'APP_URL', 'CORS_ORIGINS'];

test.each(addresses)('12.2.1 no server starts that people or pages would reach without https: %s', async (name) => {
  const hosts = [
    'auth.example.com',
    '192.168.0.5',
    '0.0.0.0',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    '[2001:db8::1]:3000',
  ];
  const secure = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };
  for (const host of hosts) {
    await expect(testApp({ env: { ...secure, [name]: `http://${host}` } })).rejects.toThrow(`${name}: `);
    await using app = await testApp({ env: { ...secure, [name]: `https://${host}` } });
    const [cookie] = (await app.post('/api/auth/register', ada)).headers.getSetCookie();
    expect(cookie).toContain('; Secure');
  }
});
