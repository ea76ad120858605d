import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';

import { expect, test } from 'vitest';

import { environment } from '../../server/environment.ts';
import { newToken } from '../../server/kernel/token.ts';
import { compose } from '../support/compose.ts';
import { root } from '../support/process.ts';
import { sources, textOf } from '../support/sources.ts';
import { ada, testApp } from '../support/test-app.ts';

test('13.2.2 the database, its log and its shared memory are its user’s only', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const folder = dirname(app.database.file);
  const names = readdirSync(folder).toSorted();
  expect(names).toEqual(['userAuth.db', 'userAuth.db-shm', 'userAuth.db-wal']);
  // Windows has no such modes.
  if (process.platform === 'win32') return;
  for (const name of names) expect(statSync(join(folder, name)).mode & 0o777, `the mode of ${name}`).toBe(0o600);
});

const isSecretName = (name: string): boolean => /SECRET|PASSWORD|TOKEN|KEY|CREDENTIAL|SALT|PEPPER|AUTH/.test(name);

test('13.2.3 no setting has a credential by default, and the example has none', () => {
  const defaults = Object.entries(environment.shape).map(([name, field]) => [name, field.parse(undefined)] as const);
  expect(defaults.length).toBeGreaterThan(10);
  // A number is none.
  const named = defaults.filter(([name, value]) => isSecretName(name) && typeof value !== 'number');
  expect(named.filter(([, value]) => value !== undefined)).toEqual([]);
  expect(defaults.filter(([, value]) => findSecrets(String(value)).length > 0)).toEqual([]);
  const example = textOf('.env.example').split('\n').filter(Boolean);
  expect(example.filter((line) => !line.startsWith('# '))).toEqual([]);
  const values = example.flatMap((line) => /^# ([A-Z_]+=.*)$/.exec(line)?.[1] ?? []);
  expect(values.length).toBeGreaterThan(10);
  // A number, or where a file is.
  const isHarmless = (line: string): boolean => /=(\d*|\/[\w/.-]+\.txt)$/.test(line);
  expect(values.filter((line) => isSecretName(line.split('=')[0] ?? '') && !isHarmless(line))).toEqual([]);
});

/** What opens a connection to somewhere, or has another program do it. */
const callsOut = (source: string): string[] =>
  [
    /(?<!\.)\bfetch\(/,
    /\b(?:XMLHttpRequest|WebSocket|EventSource|WebTransport|sendBeacon)\b/,
    /from '(?:node:)?(?:https|http2|tls|dgram|dns|dns\/promises|child_process|cluster|inspector|undici|quic)'/,
    /import \{[^}]*\b(?:request|get|Agent|ClientRequest)\b[^}]*\} from '(?:node:)?http'/,
    /import \{[^}]*\b(?:connect|createConnection|Socket|Stream)\b[^}]*\} from '(?:node:)?net'/,
    /import (?:\* as )?\w+(?:, \{[^}]*\})? from '(?:node:)?(?:http|net)'/,
    /\bprocess\.(?:binding|getBuiltinModule)\b/,
  ].flatMap((pattern) => pattern.exec(source)?.[0] ?? []);

test('13.2.4 the server calls nobody: nothing in its sources opens a connection', () => {
  const servers = sources.filter((file) => file.startsWith('server/'));
  expect(servers.length).toBeGreaterThan(40);
  expect(servers.flatMap((file) => callsOut(textOf(file)).map((call) => `${file}: ${call}`))).toEqual([]);
});

test.each([
  "await fetch('https://example.com')",
  "import { request } from 'node:http'",
  "import { createServer, get } from 'http'",
  "import http from 'node:http'",
  "import * as net from 'node:net'",
  "import { isIP, connect } from 'node:net'",
  "import https from 'node:https'",
  "import { lookup } from 'node:dns/promises'",
  "import dgram from 'dgram'",
  "import { spawn } from 'node:child_process'",
  "new WebSocket('wss://example.com')",
])('13.2.4 the checker would notice %s', (line) => {
  expect(callsOut(line)).toHaveLength(1);
});

const secretForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\b(?:gh[pousr]|npm)_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{40,}|\bxox[abprs]-[\w-]{10,}|\b[sr]k_(?:live|test)_\w{16,}|\bAIza[\w-]{35}\b/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  // Words that say that they are none may stand in the place of a password.
  /\b[a-z][a-z0-9+]*:\/\/[^\s/:@'"`]+:(?!canary@|password@|\$\{)[^\s/@'"`]+@[\w.-]+/i,
  /(?:secret|api[_-]?key|access[_-]?token|client[_-]?secret)['"]?\s*[:=]\s*['"][A-Za-z0-9+/_=-]{24,}['"]/i,
];

const findSecrets = (text: string): string[] => secretForms.flatMap((form) => form.exec(text)?.[0] ?? []);

/** What is under version control or, in a copy without it, every file that would be. */
function tracked(): string[] {
  if (existsSync(join(root, '.git')))
    return execFileSync('git', ['ls-files', '-z'], { cwd: root }).toString().split('\0').filter(Boolean);
  const isOurs = (path: string): boolean =>
    !/(^|\/)(node_modules|dist|\.tmp)(\/|$)|\.db(-\w+)?$|(^|\/)\.env$/.test(path);
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
  return all.filter((path) => isOurs(path) && statSync(join(root, path)).isFile());
}

test('13.3.1 no file of the project holds a secret', () => {
  const files = tracked().filter((file) => existsSync(join(root, file)));
  expect(files.length).toBeGreaterThan(100);
  expect(
    files.filter((file) =>
      /(^|\/)\.env$|\.(pem|key|p12|pfx|jks|db|sqlite3?)$|(^|\/)(id_\w+|\.npmrc|\.netrc)$/.test(file),
    ),
  ).toEqual([]);
  expect(
    files.flatMap((file) => findSecrets(readFileSync(join(root, file), 'latin1')).map((found) => `${file}: ${found}`)),
  ).toEqual([]);
});

test('13.3.1 the checker would notice one', () => {
  // In two parts, so that this file holds none.
  const examples = [
    ['-----BEGIN RSA', ' PRIVATE KEY-----'],
    ['AKIA', 'ABCDEFGHIJKLMNOP'],
    ['ghp', `_${'a'.repeat(36)}`],
    ['eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'],
    ['postgres://', 'latchkey:hunter2hunter2@db.example.com'],
    ['apiKey', `: '${'a1'.repeat(16)}'`],
  ].map((parts) => parts.join(''));
  expect(examples.map((example) => findSecrets(example).length)).toEqual(Array(examples.length).fill(1));
});

test('13.3.2 who has to read a secret gets it, and nobody else: the servers the keys, the migration no more than its password', () => {
  const secretsOf = (name: string): string[] =>
    Object.entries(compose.services[name]?.environment ?? {}).flatMap(([, value]) =>
      [...value.matchAll(/\$\{(\w+)/g)].flatMap(([, variable = '']) =>
        isSecretName(variable) || variable === 'SMTP_URL' ? [variable] : [],
      ),
    );
  expect(Object.fromEntries(Object.keys(compose.services).map((name) => [name, secretsOf(name)]))).toEqual({
    database: ['ADMIN_PASSWORD', 'OWNER_PASSWORD', 'SERVER_PASSWORD'],
    migrate: ['OWNER_PASSWORD'],
    'latchkey-1': ['SERVER_PASSWORD', 'SMTP_URL', 'ENCRYPTION_KEYS'],
    'latchkey-2': ['SERVER_PASSWORD', 'SMTP_URL', 'ENCRYPTION_KEYS'],
    proxy: [],
  });
  // In the server, who takes them from the configuration makes the box of them, and hands over that.
  const readers = sources.filter((file) => /\bencryptionKeys\b/.test(textOf(file)));
  expect(readers.toSorted()).toEqual([
    'cli/doctor/sealed.ts',
    'cli/doctor/settings.ts',
    'cli/reseal.ts',
    'server/auth-options.ts',
    'server/config.ts',
    'server/create-auth.ts',
    'server/environment.ts',
    'server/testing/test-auth.ts',
  ]);
});

test('13.3.2 no key is written anywhere: not into the log, not into the database, not into an answer', async () => {
  const [current, old] = [newToken().reveal(), newToken().reveal()];
  await using app = await testApp({ env: { ENCRYPTION_KEYS: `${current},${old}`, LOG_LEVEL: 'trace' } });
  const answers = [
    await app.post('/api/auth/register', ada),
    await app.post('/api/auth/login', ada),
    await app.post('/api/auth/login', '{'),
    await app.get('/api/auth/nothing'),
  ];
  const texts = [
    app.logged(),
    inspect(app.auth, { depth: 9, showHidden: true }),
    ...(await Promise.all(answers.map(async (answer) => `${await answer.text()}${inspect(answer.headers)}`))),
    ...['', '-wal'].map((end) => readFileSync(`${app.database.file}${end}`, 'latin1')),
  ];
  for (const key of [current, old])
    for (const form of ['base64url', 'base64', 'hex', 'latin1'] as const)
      for (const text of texts) expect(text.includes(Buffer.from(key, 'base64url').toString(form))).toBe(false);
});
