import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, test } from 'vitest';

import { seconds } from '../../server/kernel/clock.ts';
import { newToken } from '../../server/kernel/token.ts';
import { diagnosis } from '../support/diagnosis.ts';
import { withApp } from '../support/factors.ts';
import { frontProxy, proxyAddress } from '../support/front-proxy.ts';
import type { ProxyOptions } from '../support/front-proxy.ts';
import { testApp } from '../support/test-app.ts';
import { isPostgres } from '../support/test-database.ts';

// The cluster of the tests does not sync, and the doctor says so.
const isOfCluster = ({ check }: { check: string }): boolean => isPostgres && check === 'database.unsynced';

const pages = { APP_URL: 'http://localhost:5173' };

/** What is found through a proxy in front of a server, each set up as it is said. */
async function foundThrough(options: ProxyOptions, trusted: string, looked: Parameters<typeof diagnosis>[0] = {}) {
  const env = { ...pages, TRUSTED_PROXIES: trusted };
  await using app = await testApp({ env });
  await using proxy = await frontProxy(app.url, options);
  const own = { ...env, DATABASE_URL: app.database.url };
  const found = await diagnosis({ origin: proxy.url, ...looked, env: { ...own, ...looked.env } });
  return found.filter((one) => !isOfCluster(one));
}

describe.skipIf(process.platform !== 'linux')('the doctor that asks a running server through its proxy', () => {
  test.each(['overwritten', 'appended'] as const)(
    'finds nothing where nothing is wrong, and X-Forwarded-For is %s',
    async (forwarded) => {
      expect(await foundThrough({ forwarded }, proxyAddress)).toEqual([]);
    },
  );

  test.each<[string, ProxyOptions, string, string, RegExp]>([
    [
      'a proxy that is not trusted',
      {},
      '',
      'proxies',
      /as 127\.0\.0\.2, though it is 127\.0\.0\.1.* Add 127\.0\.0\.2 to TRUSTED_PROXIES/,
    ],
    [
      'a proxy that forgets who is there',
      { forwarded: 'missing' },
      proxyAddress,
      'proxies',
      /let the proxy write X-Forwarded-For/,
    ],
    [
      'a proxy that passes on what visitors make up',
      { forwarded: 'passed' },
      proxyAddress,
      'proxies',
      /believed an address that was made up/,
    ],
    [
      'trust in more than the proxy',
      { forwarded: 'appended' },
      '127.0.0.0/8',
      'proxies',
      /TRUSTED_PROXIES name the proxy and no range/,
    ],
    [
      'a proxy that takes a header away',
      { swallows: 'x-frame-options' },
      proxyAddress,
      'server.headers',
      /X-Frame-Options/,
    ],
    [
      'a proxy that answers preflights itself',
      { refuses: 'OPTIONS' },
      proxyAddress,
      'server.cors',
      /http:\/\/localhost:5173 may not call/,
    ],
  ])('finds %s, and nothing else', async (_mistake, options, trusted, check, words) => {
    const found = await foundThrough(options, trusted);
    expect(found.map((one) => [one.state, one.check])).toEqual([['fault', check]]);
    expect(found[0]?.text).toMatch(words);
  });

  test.each([10, -10])('finds a clock that is %i seconds off', async (off) => {
    const machine = { now: () => new Date(Date.now() + seconds(off)) };
    const found = await foundThrough({}, proxyAddress, { machine });
    const clocks = [...(isPostgres ? ['clock.database'] : []), 'clock.server'];
    expect(found.map((one) => [one.state, one.check])).toEqual(clocks.map((check) => ['fault', check]));
    for (const { text } of found) expect(text).toMatch(/\b(9|10|11) seconds .* by NTP$/);
  });

  test('finds that the server has another PUBLIC_URL', async () => {
    const env = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };
    const found = await foundThrough({}, proxyAddress, { env });
    const [headers, cors] = ['server.headers', 'server.cors'].map((check) => found.find((one) => one.check === check));
    expect(headers?.text).toContain('Strict-Transport-Security');
    expect(cors?.text).toContain('https://app.example.com may not call');
    expect(found.find(({ check }) => check === 'server.address')?.text).toContain('--url https://auth.example.com');
  });

  test('says where whom the server sees cannot be told', async () => {
    await using other = await testApp();
    const found = await foundThrough({}, proxyAddress, { env: { DATABASE_URL: other.database.url } });
    expect(found).toMatchObject([
      { state: 'warning', check: 'proxies', text: expect.stringContaining('another database') },
    ]);
  });
});

describe('the doctor', () => {
  test('finds that nobody answers, or somebody else', async () => {
    await using app = await testApp();
    const env = { DATABASE_URL: app.database.url };
    const hello = createServer((_request, response) => void response.end('hello'));
    await new Promise<void>((resolve) => hello.listen(0, '127.0.0.1', resolve));
    const { port } = hello.address() as AddressInfo;
    for (const [origin, words] of [
      ['http://127.0.0.1:1', 'cannot be reached'],
      [`http://127.0.0.1:${port}`, 'not by Latchkey'],
      [`https://127.0.0.1:${port}`, 'cannot be reached'],
    ] as const) {
      const found = (await diagnosis({ env, origin })).filter((one) => !isOfCluster(one));
      expect(found).toMatchObject([{ state: 'fault', check: 'server.reach', text: expect.stringContaining(words) }]);
    }
    hello.closeAllConnections();
    await new Promise((resolve) => hello.close(resolve));
  });

  test('finds what is encrypted under a key that is missing', async () => {
    const [then, now] = [newToken().reveal(), newToken().reveal()];
    await using app = await testApp({ env: { ENCRYPTION_KEYS: then } });
    await withApp(app);
    const foundWith = async (keys: string) => {
      const env = { DATABASE_URL: app.database.url, ENCRYPTION_KEYS: keys };
      return (await diagnosis({ env })).filter((one) => !isOfCluster(one));
    };
    expect(await foundWith(`${now},${then}`)).toEqual([]);
    expect(await foundWith(now)).toMatchObject([
      {
        state: 'fault',
        check: 'keys.lost',
        text: expect.stringMatching(/^1 seeds of authenticator apps .* the key [0-9a-f]{8}/),
      },
    ]);
    expect(await foundWith('')).toMatchObject([{ state: 'fault', check: 'keys.lost' }]);
  });
});
