import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { readConfig } from '../../server/config.ts';
import { environment } from '../../server/environment.ts';
import { hours } from '../../server/kernel/clock.ts';
import { appRouter } from '../../server/router.ts';
import { read } from '../support/database.ts';
import { inputs } from '../support/inputs.ts';
import { raw } from '../support/raw.ts';
import { sources, textOf } from '../support/sources.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';

const emails = 'select email from users';

describe.each(['/trpc/auth.', '/api/auth/'])('at %s…', (face) => {
  test('1.1.1 what is sent is decoded once: an encoding inside an encoding stays as it is', async () => {
    await using app = await testApp();
    const register = async (body: unknown) => (await app.post(`${face}register`, body)).status;
    expect(await register({ ...ada, email: 'ada%40example.com' })).toBe(400);
    expect(await register(JSON.stringify(JSON.stringify(ada)))).toBe(400);
    const [email, name] = ['a%2564a@example.com', '%3Cb%3E &lt;i&gt; \\u0041 =?utf-8?Q?=41?='];
    expect(await register({ ...ada, email, name })).toBeLessThan(300);
    expect(read(app, 'select json_array(email, name) from users')).toEqual([JSON.stringify([email, name])]);
    expect((await app.post(`${face}login`, { ...ada, email: 'a%64a@example.com' })).status).toBe(401);

    const me = async (input: string) => (await app.get(`${face}me?input=${input}`)).status;
    expect([await me('%7B%7D'), await me('%257B%257D'), await me('%22%7B%7D%22')]).toEqual([200, 400, 400]);
  });

  test('1.2.1 nothing that is sent becomes markup or a header of the answer', async () => {
    await using app = await testApp();
    const markup = `<b onload="x()">Ada</b><!--'&amp;`;
    const plain = await app.post(`${face}register`, { ...ada, name: 'Ada' });
    const marked = await app.post(`${face}register`, { ...ada, email: 'eve@example.com', name: markup });
    expect([...marked.headers.keys()]).toEqual([...plain.headers.keys()]);
    expect(marked.headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(marked.headers.get('x-content-type-options')).toBe('nosniff');
    expect(JSON.stringify(await marked.json())).toContain(JSON.stringify(markup));

    const split = '%0d%0aX-Split:%201%0d%0a';
    for (const path of [`${face}me?input=${split}`, `${face}${split}`, `/${split}`]) {
      const answer = await raw(
        app,
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:1${split}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
      expect(answer).not.toMatch(/^X-Split/m);
    }
  });

  test('1.2.3 a name with quotes, braces or scripts breaks out of no JSON: it is read as it was written', async () => {
    await using app = await testApp();
    const names = fc.string({
      unit: fc.constantFrom(...Array.from(`"'\\/{}[]:,<>&!-`), '</script>', '"}', '\u00a0', '😀', 'a'),
    });
    let index = 0;
    await fc.assert(
      fc.asyncProperty(names, fc.boolean(), async (written, isWrapped) => {
        const name = isWrapped ? `x","isAdmin":true,"y":"${written}` : `${written}a`;
        const response = await app.post(`${face}register`, { ...ada, email: `user${(index += 1)}@example.com`, name });
        const { result, ...plain } = await response.json();
        const { user } = result?.data ?? plain;
        expect(user.name).toBe(name);
        expect(Object.keys(user)).toEqual(['id', 'email', 'emailVerified', 'name', 'locale', 'createdAt']);
      }),
      { numRuns: 30 },
    );
  });

  test('1.2.4 SQL in any field is text: it signs nobody in, finds nothing and drops nothing', async () => {
    await using app = await testApp();
    const secret = 'nobody guesses this';
    await app.post(`${face}register`, { ...ada, password: secret });
    const corpus = [
      `' or '1'='1' -- `,
      `' or 1=1) -- `,
      `"; drop table users; --`,
      `'; update users set name = 'x'; -- `,
      `\\'; delete from sessions; --`,
      `' union select * from users where ''='`,
      `%`,
      '?1 :email $1 @a',
    ];
    for (const [index, sql] of corpus.entries()) {
      expect((await app.post(`${face}login`, { ...ada, password: sql })).status).toBe(401);
      expect((await app.post(`${face}login`, { ...ada, email: sql })).status).toBe(400);
      const headers = { authorization: `Bearer ${sql}`, cookie: `latchkey_session=${sql}`, 'x-forwarded-for': sql };
      expect((await app.get(`${face}me`, headers)).status).toBe(401);
      const other = { email: `user--${index}@example.com`, password: sql.padEnd(12) };
      expect((await app.post(`${face}register`, { ...other, name: sql })).status).toBeLessThan(300);
      expect((await app.post(`${face}login`, other)).status).toBe(200);
      app.clock.forward(hours(1));
    }
    expect(read(app, 'select name from users order by created_at')).toEqual([null, ...corpus]);
    expect((await app.post(`${face}login`, { ...ada, password: secret })).status).toBe(200);
  });

  test.each([
    'ada@example.com\r\nBcc: eve@evil.test',
    'ada@example.com\nBcc: eve@evil.test',
    'ada@example.com\r.\rMAIL FROM:<eve@evil.test>',
    'ada@example.com\u0085Bcc: eve@evil.test',
    'ada@example.com\u2028Bcc: eve@evil.test',
    'ada\r\n@example.com',
    'ada@example.com%0d%0aBcc:eve@evil.test',
    'ada@example.com,eve@evil.test',
    'ada@example.com;eve@evil.test',
    'ada@example.com eve@evil.test',
    '<ada@example.com>eve@evil.test',
    '"ada@example.com "@evil.test',
    'ada@example.com\t',
    ['ada@example.com', 'eve@evil.test'],
  ])('1.3.11 an address that could add a line or a receiver to a mail has no account: %j', async (email) => {
    await using app = await testApp();
    for (const procedure of ['register', 'login'])
      expect((await app.post(face + procedure, { ...ada, email })).status).toBe(400);
    expect(read(app, emails)).toEqual([]);
  });

  test('1.3.11 nor has a name that could: it is one line', async () => {
    await using app = await testApp();
    const register = async (end: string) =>
      (await app.post(`${face}register`, { ...ada, name: `Ada${end}Bcc: eve@evil.test` })).status;
    for (const end of ['\r\n', '\n', '\r', '\u0085', '\u2028', '\u2029', '\v', '\f', '\u0000'])
      expect(await register(end)).toBe(400);
    expect(read(app, emails)).toEqual([]);
    expect(await register(' ')).toBeLessThan(300);
  });

  test.each([
    ['superjson', { json: ada, meta: { values: { email: ['Date'], password: ['regexp'] } } }],
    ['superjson in a field', { ...ada, name: { json: 'x', meta: { values: ['Error'] } } }],
    ['a flattened graph', [{ email: 1, password: 2 }, ada.email, ada.password]],
    ['a typed object', { ...ada, name: { $type: 'Function', value: 'return 1' } }],
    ['a reference', { ...ada, name: { $ref: '#/email' } }],
    ['a function to call', { ...ada, email: { toString: 'x', valueOf: 'y' } }],
    ['a prototype', `{"email":"${ada.email}","password":"${ada.password}","__proto__":{"deliver":"token"}}`],
    ['a prototype of a field', `{"email":{"__proto__":"${ada.email}"},"password":"${ada.password}"}`],
    ['a number beyond all', `{"email":"${ada.email}","password":"${ada.password}","name":1e999}`],
  ])('1.5.2 only plain values are made of what is sent: %s is refused', async (_what, body) => {
    await using app = await testApp();
    const response = await app.post(`${face}register`, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('INPUT_INVALID');
    expect(read(app, emails)).toEqual([]);
    expect('deliver' in {}).toBe(false);
  });
});

/** Holds something out of every source; the examples are what it must notice. */
function expectNowhere(forbidden: RegExp, examples: string[]): void {
  for (const example of examples) expect(example).toMatch(forbidden);
  expect(sources.length).toBeGreaterThan(40);
  expect(sources.filter((file) => forbidden.test(textOf(file)))).toEqual([]);
}

// Text in a statement; the one name that stands in some is a constant of db/database.ts.
test('1.2.4 no SQL is put together from text', () => {
  const examples = [
    'sql.raw(name)',
    'sql.identifier(name)',
    'client.prepare(`select ${x}`)',
    "client.exec('drop ' + x)",
    "sql.join(parts, 'x')",
  ];
  expectNowhere(
    /sql\.(raw|identifier)\b|\.(prepare|exec|pragma)\((`[^`]*\$\{(?!historyTable\})|[^)]*['`] \+)|sql\.join\((?!steps, sql` `\))/,
    examples,
  );
});

test('1.2.5 no command of the system is ever run', () => {
  const examples = ["from 'node:child_process'", "require('child_process')", "from 'node:cluster'", "from 'execa'"];
  expectNowhere(
    /child_process|['"](node:)?cluster['"]|['"](execa|zx|shelljs|cross-spawn)['"]|process\.binding/,
    examples,
  );
});

test('1.2.9 no regular expression is made of text', () => {
  const examples = ['new RegExp(input)', 'RegExp(`^${x}$`)', 'name.match(input)', 'name.search("(.*)+$")'];
  expectNowhere(/\bRegExp\(|\.(match|matchAll|search)\((?!\/)/, examples);
});

test('1.3.2 no text is run as code', () => {
  const examples = [
    'eval(input)',
    'new Function(input)',
    "import vm from 'node:vm'",
    'setTimeout("x()", 1)',
    'await import(name)',
    'require(name)',
  ];
  expectNowhere(
    /\beval\(|\bFunction\(|['"](node:)?vm['"]|\bset(Timeout|Interval|Immediate)\(\s*['"`]|\bimport\((?!')|\brequire\((?!')/,
    examples,
  );
});

/** What in a schema takes more than it should: text of 100 kB, keys that it does not know, numbers without end. */
function unboundedIn(schema: z.core.$ZodType, path = 'input'): string[] {
  const takes = (value: unknown): boolean => z.safeParse(schema, value).success;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return unboundedIn(schema.unwrap(), path);
  if (schema instanceof z.ZodPrefault) return unboundedIn(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return unboundedIn(schema.in, path);
  if (schema instanceof z.ZodObject) {
    const inFields = Object.entries(schema.shape).flatMap(([key, field]) => unboundedIn(field, `${path}.${key}`));
    const result = z.safeParse(schema, { unknown: 1 });
    const isStrict = result.error?.issues.some(({ code }) => code === 'unrecognized_keys');
    // What browsers make, and may make more of: what is not known is dropped.
    const isDropped = path.endsWith('.response') && !('unknown' in (result.data ?? {}));
    return [...(isStrict || isDropped ? [] : [`${path} takes keys that it does not know`]), ...inFields];
  }
  const long = 'a'.repeat(100_000);
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat)
    return [long, `${long}@example.com`].some(takes) ? [`${path} takes any text`] : [];
  if (schema instanceof z.ZodNumber) return [2 ** 53, -(2 ** 53)].some(takes) ? [`${path} takes any number`] : [];
  if (schema instanceof z.ZodArray) {
    const isEndless = ['a', 1, {}].some((one) => takes(Array.from({ length: 10_000 }, () => one)));
    return [...(isEndless ? [`${path} has no end`] : []), ...unboundedIn(schema.element, `${path}[]`)];
  }
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option, index) => unboundedIn(option, `${path}|${index}`));
  const isOneOfFew = [z.ZodEnum, z.ZodLiteral, z.ZodBoolean].some((kind) => schema instanceof kind);
  return isOneOfFew ? [] : [`${path} is of an unknown kind`];
}

test('1.3.3 every field of every input is bounded, and no input takes a key that it does not know', () => {
  const offenders = z.object({ text: z.string().nullish(), count: z.number(), more: z.array(z.strictObject({})) });
  expect(unboundedIn(offenders)).toHaveLength(4);
  expect(inputs.map(([name]) => name)).toEqual(Object.keys(appRouter._def.procedures));
  expect(inputs.flatMap(([name, input]) => unboundedIn(input, name))).toEqual([]);
});

describe('a number', () => {
  const numbers = Object.keys(environment.shape).filter((name) => /^(PORT|.*_(COST|LENGTH|SECONDS|DAYS))$/.test(name));

  test.each(numbers)('1.4.2 the setting %s takes whole numbers of its range and nothing that overflows', (name) => {
    for (const value of ['-1', '1.5', '9007199254740991', '1e309', '-1e309', 'NaN', 'Infinity', '12345678901234567890'])
      expect(() => readConfig({ [name]: value })).toThrow(`${name}: must be`);
  });

  test('1.4.2 a session ends where its longest lifetime says, not at a number that has run over', async () => {
    expect(numbers).toContain('SESSION_LIFETIME_SECONDS');
    const most = String(400 * 24 * 3600);
    await using app = await testApp({ env: { SESSION_LIFETIME_SECONDS: most, SESSION_IDLE_SECONDS: most } });
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const status = async () => (await app.get('/api/auth/me', { cookie })).status;
    app.clock.forward(hours(400 * 24) - 1);
    expect(await status()).toBe(200);
    app.clock.forward(1);
    expect(await status()).toBe(401);
  });
});
