import { execFileSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { besideOldFile, importCommands, startCommand } from './import-commands.ts';

const posix = { cwd: () => '/srv', platform: 'linux' };
const windows = { cwd: () => '/srv', platform: 'win32' };

test.each(['/srv/userAuth.db', '/srv/sub folder/a.db', '/elsewhere/a.db'])(
  '%s is quoted only where it must be',
  (path) => {
    const [, argument = ''] = /npm run import -- (.*)/.exec(importCommands(path, posix)) ?? [];
    expect(argument.startsWith("'")).toBe(path.includes(' '));
  },
);

test
  .skipIf(process.platform === 'win32')
  .each([
    '$(echo obeyed).db',
    '`echo obeyed`.db',
    '"; echo obeyed; ".db',
    "it's; echo obeyed; '.db",
    String.raw`back\slash.db`,
    '$HOME and ~ and *.db',
    'line\nbreak.db',
  ])('a shell takes %j as a name and obeys nothing in it', (name) => {
  const toShell = (script: string): string => execFileSync('sh', ['-c', script]).toString();
  const path = `/srv/${name}`;
  const [, argument = ''] = /npm run import -- (.*?)\n {2}DATABASE_URL/s.exec(importCommands(path, posix)) ?? [];
  expect(toShell(`printf %s ${argument}`)).toBe(`./${name}`);

  const [, setting = ''] = /^(DATABASE_URL=.*) npm start$/s.exec(startCommand(besideOldFile(path), posix)) ?? [];
  expect(toShell(`${setting}; printf %s "$DATABASE_URL"`)).toBe(`file:./${name.replace(/\.db$/, '.latchkey.db')}`);
});

test('on Windows a path stands between double quotes', () => {
  expect(importCommands('/srv/my users.db', windows)).toMatch(/npm run import -- ".*my users\.db"\n/);
  expect(startCommand('/srv/my users.db', windows)).toMatch(/^set "DATABASE_URL=file:.*my users\.db" && npm start$/);
});
