import { describe, expect, test } from 'vitest';

import { runLatchkey } from '../tests/support/command-line.ts';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { commands } from './commands.ts';
import { distanceBetween, nearest } from './nearest.ts';

const names = Object.keys(commands);

describe('latchkey', () => {
  test('lists every command, asked or not, and ends with 2 where nothing was asked', async () => {
    const [asked, bare] = [await runLatchkey(['--help']), await runLatchkey([])];
    expect([asked.code, bare.code]).toEqual([0, 2]);
    expect([asked.err, bare.out]).toEqual(['', '']);
    for (const name of names) expect(asked.out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(bare.err).toBe(asked.out);
  });

  test.each(names)('explains %s with each of its options and examples', async (name) => {
    const command = await commands[name]?.();
    const { code, out } = await runLatchkey([...name.split(' '), '--help']);
    expect(code).toBe(0);
    for (const option of Object.keys(command?.options ?? {})) expect(out).toContain(`--${option}`);
    expect(command?.examples.length).toBeGreaterThan(0);
    for (const [line] of command?.examples ?? []) {
      expect(line.startsWith(name)).toBe(true);
      expect(out).toContain(line);
    }
    expect(out).toContain('2 for wrong arguments');
  });

  test.each([
    [['bakup'], 'There is no command bakup. Did you mean backup?'],
    [['migrat'], 'Did you mean migrate?'],
    [['dance'], `There are ${names.join(', ')}.`],
    [
      ['--frobnicate'],
      'There is no option --frobnicate in front of a command. Those of a command stand behind its name.',
    ],
    [['--josn', 'doctor'], 'There is no option --josn in front of a command. Did you mean --json?'],
    [['--limit', '2', 'users', 'list'], 'There is no option --limit in front of a command.'],
    [['help', 'bakcup'], 'There is no command bakcup. Did you mean backup?'],
    [['--json', 'bakcup'], 'There is no command bakcup. Did you mean backup?'],
    [['backup', '--form', 'x'], "Unknown option '--form'. Did you mean --from?"],
    [['backup', '--frobnicate'], "Unknown option '--frobnicate'. There are --to, --from, --json, --yes, --help."],
    [['backup'], '--to is missing.'],
    [['backup', '--to'], "Option '--to <value>' argument missing."],
    [['backup', '--to', 'a', 'b'], 'b is one argument too many.'],
    [['import'], '<file> is missing.'],
    [['serve', 'quickly'], 'quickly is one argument too many.'],
  ])('says what was meant by %j, or what there is, and ends with 2', async (words, sentence) => {
    const { code, out, err } = await runLatchkey(words);
    expect(err).toContain(sentence);
    expect([code, out]).toEqual([2, '']);
  });

  test.each([
    [['--help', 'users', 'list'], 'users list'],
    [['help', 'users', 'list'], 'users list'],
    [['users', '--help', 'list'], 'users list'],
    [['help', 'backup'], 'backup'],
    [['--yes', 'backup', '-h'], 'backup'],
  ])('takes the options of every command in front of its name, and help: %j', async (words, name) => {
    const [{ code, out }, usual] = [await runLatchkey(words), await runLatchkey([...name.split(' '), '--help'])];
    expect(code).toBe(0);
    expect(out).toBe(usual.out);
  });

  test('lists a group by help, too', async () => {
    expect(await runLatchkey(['help', 'users'])).toEqual(await runLatchkey(['users', '--help']));
  });

  test.each(['constructor', '__proto__', 'toString'])('has no command that nobody made: %s', async (word) => {
    expect((await runLatchkey([word])).code).toBe(2);
  });

  test('prints the description that the server answers, with its own address', async () => {
    const { code, out } = await runLatchkey(['openapi'], { env: { PUBLIC_URL: 'https://auth.example.com' } });
    expect(code).toBe(0);
    const { openapi, servers, components } = JSON.parse(out);
    expect([openapi, servers]).toEqual(['3.1.0', [{ url: 'https://auth.example.com' }]]);
    expect(components.securitySchemes.sessionCookie.name).toBe('__Host-latchkey_session');
  });

  test('says in a sentence what is wrong with the settings, and ends with 1', async () => {
    const { code, out, err } = await runLatchkey(['migrate'], { env: { PORT: 'x' } });
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe('The configuration has faults:\n  PORT: must be a number\n');
  });

  test('gives with --json one line of JSON on standard output, and everything else on standard error', async () => {
    using folder = temporaryFolder();
    const env = { DATABASE_URL: `file:${folder.file('a.db')}` };
    const { code, out } = await runLatchkey(['migrate', '--json'], { env });
    expect(code).toBe(0);
    const { applied } = JSON.parse(out);
    expect(JSON.parse(out)).toEqual({ database: folder.file('a.db'), missing: [], applied });
    expect(applied[0]).toBe('0000_accounts_and_sessions');
    const backup = await runLatchkey(['backup', '--json', '--to', folder.file('b.db')], { env });
    expect(JSON.parse(backup.out)).toEqual({ file: folder.file('b.db'), users: 0, sessions: 0 });
    expect(backup.err).toContain('Keep it as safe as the database');
  });
});

test.each([
  ['', 'abc', 3],
  ['backup', 'bakup', 1],
  ['from', 'form', 1],
  ['kitten', 'sitting', 3],
  ['PUBLIC_URL', 'PUBILC_URL', 1],
])('between %j and %j there are %i changes', (one, other, distance) => {
  expect([distanceBetween(one, other), distanceBetween(other, one)]).toEqual([distance, distance]);
});

test('the nearest name is near, or there is none', () => {
  expect(nearest('TRUSTED_PROXYS', ['PUBLIC_URL', 'TRUSTED_PROXIES'])).toBe('TRUSTED_PROXIES');
  expect(nearest('HOME', ['HOST', 'PORT'])).toBeUndefined();
});
