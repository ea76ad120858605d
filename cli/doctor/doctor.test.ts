import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { runLatchkey } from '../../tests/support/command-line.ts';
import { diagnosis } from '../../tests/support/diagnosis.ts';
import { eachIsFound, machine, rightSetUp, setting } from '../../tests/support/right-set-up.ts';
import { mailServer } from '../../tests/support/smtp.ts';
import type { MailServer } from '../../tests/support/smtp.ts';

describe('the doctor', () => {
  const setUp = rightSetUp();
  let mails: MailServer;
  beforeAll(async () => {
    mails = await mailServer({
      onAuth({ username, password }, _session, done) {
        if (username === 'us' && password === 'password') done(null, { user: 'us' });
        else done(new Error('Unknown'));
      },
    });
  });
  afterAll(async () => await mails[Symbol.asyncDispose]());

  test('finds nothing where nothing is wrong, sends no mail and leaves nothing behind', async () => {
    const env = { ...setUp.env(), SMTP_URL: `smtp://us:password@127.0.0.1:${mails.port}` };
    const names = () => readdirSync(dirname(setUp.path('auth.db')));
    const before = names();
    expect(await diagnosis({ env })).toEqual([]);
    expect(await diagnosis({ env: { DATABASE_URL: `file:${setUp.path('new.db')}` } })).toEqual([]);
    expect(mails.connections()).toBe(1);
    expect(mails.received).toEqual([]);
    expect(names()).toEqual(before);
  });

  eachIsFound(setUp, [
    [
      'a hash that costs too little',
      machine({ timeHash: async () => 20 }),
      'warning',
      'hashing.cost',
      /20 ms at BCRYPT_COST=10, which is little: 12 would take about 80/,
    ],
    [
      'a hash that costs too much',
      () => ({ env: { BCRYPT_COST: '15' }, machine: { timeHash: async () => 3200 } }),
      'warning',
      'hashing.cost',
      /3200 ms at BCRYPT_COST=15, which is long: 12 would take about 400/,
    ],
    [
      'a machine that is too slow for any',
      machine({ timeHash: async () => 900 }),
      'warning',
      'hashing.cost',
      /Take a machine that is quicker/,
    ],
    ['an old Node', machine({ nodeVersion: '22.12.0' }), 'fault', 'node', /what is needed is Node\.js 24\.16/],
    [
      'a list of breached passwords that is not there',
      setting({ BREACHED_PASSWORDS: '/nowhere/list.txt' }),
      'fault',
      'passwords.breached',
      /does not exist/,
    ],
    [
      'a list of breached passwords that is none',
      () => ({ env: { BREACHED_PASSWORDS: setUp.file('other.txt', 'correct horse\n') } }),
      'fault',
      'passwords.breached',
      /It must be the list/,
    ],
    [
      'a mail server that is not there',
      setting({ SMTP_URL: 'smtp://127.0.0.1:1' }),
      'fault',
      'mail.server',
      /lets nobody in: ESOCKET/,
    ],
    [
      'a wrong password of the mail server',
      () => ({ env: { SMTP_URL: `smtp://us:canary@127.0.0.1:${mails.port}` } }),
      'fault',
      'mail.server',
      /does not know this user and password/,
    ],
    [
      'smtps:// where there is no TLS',
      () => ({ env: { SMTP_URL: `smtps://us:password@127.0.0.1:${mails.port}` } }),
      'fault',
      'mail.server',
      /try smtp:\/\//,
    ],
  ]);

  test('finds several at once, and says them in one line of JSON, with the exit code 1', async () => {
    const env = { ...setUp.env(), PUBLIC_URL: 'http://auth.example.com', BCRYPT_COST: '4' };
    const { code, out } = await runLatchkey(['doctor', '--json'], { env });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ faults: 2, warnings: 0 });
  });

  test('ends with 0 where there are warnings only, a line each', async () => {
    const { code, out } = await runLatchkey(['doctor'], { env: { ...setUp.env(), TRUSTED_PROXIES: '' } });
    expect(code).toBe(0);
    expect(out).toMatch(/^ok +node +Node\.js/m);
    expect(out).toMatch(/^warning +proxies\.none +TRUSTED_PROXIES/m);
    expect(out).toMatch(/0 faults, [12] warnings?\n$/);
  });

  test.each(['auth.example.com', 'https://auth.example.com/path', 'ftp://x'])('refuses --url %s', async (url) => {
    expect((await runLatchkey(['doctor', '--url', url], { env: setUp.env() })).code).toBe(2);
  });
});
