import { createHash, createHmac, randomBytes } from 'node:crypto';

import bcrypt from 'bcrypt';
import { expect, test } from 'vitest';

import { createSealedBox } from '../../server/kernel/sealed-box.ts';
import { read } from '../support/database.ts';
import { imports, sources, textOf } from '../support/sources.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';

const seed = Buffer.from('12345678901234567890');

/** What is imported by name from `node:crypto`. */
const takenFromNode = (text: string): string[] =>
  [
    ...text.matchAll(/(?:import|const) \{([^}]*)\} (?:(?:from|= await import)[ (]'(?:node:)?crypto'|= nodeCrypto\b)/g),
  ].flatMap(([, names = '']) => names.match(/\w+/g) ?? []);

test('11.2.1 cryptography is that of Node, of bcrypt, of otpauth and of jose: nine functions of the one and three for what other systems have hashed, a few of the others', () => {
  const suspicious = /crypt|hash|argon|sodium|noble|jose|cipher|forge|random|nanoid|uuid|tls|jwt|otp/;
  const packages = imports
    .map(({ to }) => to)
    .filter((to) => !/^(server|client|cli)\//.test(to) && suspicious.test(to));
  expect(new Set(packages)).toEqual(new Set(['node:crypto', 'bcrypt', 'otpauth', 'jose']));
  const taken = sources.flatMap((file) => takenFromNode(textOf(file)));
  expect(new Set(taken)).toEqual(
    new Set([
      'createCipheriv',
      'createDecipheriv',
      'createHash',
      'createHmac',
      'createPublicKey',
      'hash',
      'argon2Sync',
      'pbkdf2Sync',
      'randomBytes',
      'randomUUIDv7',
      'scryptSync',
      'timingSafeEqual',
    ]),
  );
  const ofBcrypt = sources.flatMap((file) => textOf(file).match(/\bbcrypt(Library)?\.(?!ts\b)\w+\(/g) ?? []);
  expect(new Set(ofBcrypt.map((call) => call.replace(/^.*\./, '')))).toEqual(
    new Set(['hash(', 'hashSync(', 'genSaltSync(']),
  );
  const ofOtpauth = sources.flatMap((file) => textOf(file).match(/\b(?:HOTP|TOTP)\.\w+\(/g) ?? []);
  expect(ofOtpauth).toEqual(['HOTP.generate(']);
  const ofJose = [...textOf('server/signing/ed25519.ts').matchAll(/\{ ([\w, ]+) \} = await library\(\)/g)];
  expect(ofJose.map(([, names]) => names)).toEqual(['exportJWK, generateKeyPair', 'importJWK, SignJWT']);
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

/** The ciphers that a text asks for, `unknown` where it does not say which by a word or a constant of its own. */
const ciphersIn = (text: string): string[] =>
  [...text.matchAll(/\bcreate(?:C|Dec)ipher(?:iv)?\((?:'([^']*)'|(\w+))?/g)].map(
    ([, literal, name]) =>
      literal ?? (name && new RegExp(`^const ${name} = '([^']+)';$`, 'm').exec(text)?.[1]) ?? 'unknown',
  );

test('11.3.1 no cipher has a mode or a padding that is weak: there is one, and it is GCM; by that of Firebase nothing is encrypted, but a password tried', () => {
  const ofFirebase = 'server/hashing/foreign-digest.mjs';
  const asked = sources.filter((file) => file !== ofFirebase).flatMap((file) => ciphersIn(textOf(file)));
  expect(asked).toEqual(['aes-256-gcm', 'aes-256-gcm']);
  expect(ciphersIn(textOf(ofFirebase))).toEqual(['aes-256-ctr']);
  expect(ciphersIn("createCipheriv('aes-128-ecb', k, null); createDecipheriv(by(), k); createCipher(name)")).toEqual([
    'aes-128-ecb',
    'unknown',
    'unknown',
  ]);
  expect(hashesIn("import { hash } from 'node:crypto'; hash('md5', x); hash(name, x); pool.hash(x)")).toEqual([
    'md5',
    'unknown',
  ]);
});

test('11.3.2 what is sealed is AES-256-GCM, as another implementation of it by the written layout reads it', async () => {
  const key = randomBytes(32);
  const sealed = createSealedBox([key]).seal(seed, 'ada');
  const part = (from: number, to?: number) => new Uint8Array(sealed.subarray(from, to));
  const ofWeb = await crypto.subtle.importKey('raw', new Uint8Array(key), 'AES-GCM', false, ['decrypt']);
  const additionalData = new Uint8Array([...part(0, 5), ...Buffer.from('ada')]);
  const plain = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: part(5, 17), additionalData, tagLength: 128 },
    ofWeb,
    part(17),
  );
  expect(Buffer.from(plain)).toEqual(seed);
});

test('11.3.3 what is sealed opens for nobody where a bit of it was changed, wherever, or an end was cut off', () => {
  const box = createSealedBox([randomBytes(32)]);
  const sealed = box.seal(seed, 'ada');
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => box.open(changed, 'ada'), `bit ${bit}`).toThrow(/^What is sealed /);
  }
  for (let length = 0; length < sealed.length; length += 1) {
    expect(() => box.open(sealed.subarray(0, length), 'ada')).toThrow(/^What is sealed /);
    expect(() => box.open(sealed.subarray(sealed.length - length), 'ada')).toThrow(/^What is sealed /);
  }
  expect(() => box.open(Buffer.concat([sealed, Buffer.of(0)]), 'ada')).toThrow(/^What is sealed /);
  expect(box.open(sealed, 'ada')).toEqual(seed);
});

test('11.3.3 what is sealed for one owner opens for no other, also where rows were swapped', () => {
  const box = createSealedBox([randomBytes(32)]);
  const sealed = box.seal(seed, 'ada');
  for (const other of ['eve', '', 'ad', 'adaa', 'Ada', 'ada ', 'ada\0'])
    expect(() => box.open(sealed, other), `for '${other}'`).toThrow(
      'What is sealed was changed, or is of another owner',
    );
});

test('11.3.3 parts of two sealed values make no third', () => {
  const box = createSealedBox([randomBytes(32)]);
  const other = Buffer.from(seed.toReversed());
  const [one, two] = [box.seal(seed, 'ada'), box.seal(other, 'ada')];
  for (let cut = 1; cut < one.length; cut += 1) {
    const mixed = Buffer.concat([one.subarray(0, cut), two.subarray(cut)]);
    // Up to the nonce they are the same.
    if (cut <= 5) expect(box.open(mixed, 'ada')).toEqual(other);
    else expect(() => box.open(mixed, 'ada'), `cut at ${cut}`).toThrow(/^What is sealed /);
  }
});

test('11.3.4 no nonce comes twice: a hundred thousand sealings have as many', () => {
  const box = createSealedBox([randomBytes(32)]);
  const nonces = new Set<string>();
  for (let count = 0; count < 100_000; count += 1) nonces.add(box.seal(seed, 'ada').toString('latin1', 5, 17));
  expect(nonces.size).toBe(100_000);
});

/** The hash functions that a text asks for, `unknown` where it does not say which by a word. */
const hashesIn = (text: string): string[] =>
  [
    ...text.matchAll(
      /\b(?:createHash|createHmac|createSign|createVerify|pbkdf2\w*|scrypt\w*|hkdf\w*)\((?:'([^']*)')?/g,
    ),
    // Much else is called so where it is not taken from Node.
    ...(takenFromNode(text).includes('hash') ? text.matchAll(/(?<![.\w])hash\((?:'([^']*)')?/g) : []),
  ].map(([, name]) => name ?? 'unknown');

test('11.4.1 the only hash function beside bcrypt is SHA-256, but for the codes of authenticator apps, where a public list is made of another, and where another system has hashed', () => {
  // Its hashes are compared with those of the list, and protect nothing.
  const ofList = 'server/passwords/breached.ts';
  expect(hashesIn(textOf(ofList))).toEqual(['sha1']);
  // Replaced at the next login, see tests/flows/foreign-hashes.test.ts.
  const ofOthers = 'server/hashing/foreign-digest.mjs';
  const elsewhere = sources.filter((file) => file !== ofList && file !== ofOthers);
  const asked = elsewhere.flatMap((file) => hashesIn(textOf(file)));
  expect(asked.length).toBeGreaterThan(3);
  expect(new Set(asked)).toEqual(new Set(['sha256']));
  // RFC 6238 has others, too, which many an app ignores. What breaks SHA-1, collisions, does not break its HMAC.
  const namesAnother = elsewhere.filter((file) => /['"](?:sha-?(?!256)\d|md\d|ripemd)/i.test(textOf(file)));
  expect(namesAnother).toEqual(['server/authenticators/totp.ts']);
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

test('11.5.1 every secret comes from the generator of the system with 128 bits at least, but recovery codes, which have 120; and no id is a secret', async () => {
  const calls = sources.flatMap((file) =>
    [...textOf(file).matchAll(/\b(randomBytes|randomness)\(([^)]*)\)/g)].map(([, by, length]) => ({
      file,
      by,
      length,
    })),
  );
  // Everybody asks the one function, by a number that one can read, but for the nonce, which is no secret.
  expect(calls.filter(({ by }) => by === 'randomBytes').map(({ length }) => length)).toEqual(['bytes']);
  const asked = calls.filter(({ by, length }) => by === 'randomness' && length !== 'nonceBytes');
  expect(asked.length).toBeGreaterThan(2);
  // ASVS 6.5.2 asks for 112 of codes that are looked up: docs/decisions/0025.
  const short = asked.filter(({ length }) => !(Number(length) * 8 >= 128)).map(({ file, length }) => [file, length]);
  expect(short).toEqual([['server/authenticators/recovery-codes.ts', '15']]);
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
