import { describe, expect, test } from 'vitest';

import type { Hasher } from '../../server/hashing/hasher.ts';
import { openSocket } from '../support/socket.ts';
import { ada, testApp } from '../support/test-app.ts';

const soon = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20 };
const alive = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
const login = (body: string, length = body.length): string =>
  `POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;

test('whoever ends a connection at once is counted and written down by their address all the same', async () => {
  await using app = await testApp();
  const request = login(JSON.stringify({ ...ada, password: 'not the right one' }));
  for (let times = 0; times < 5; times += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one connection after the other
    await using hasty = await openSocket(app);
    hasty.socket.write(request, () => hasty.socket.resetAndDestroy());
    // oxlint-disable-next-line no-await-in-loop -- and each is over before the next
    await hasty.closed;
  }
  await expect.poll(() => app.logged()).toContain('"address":"127.0.0.1"');
  await app.post('/api/auth/login', { ...ada, email: 'nobody@example.com' });
  expect(app.logged()).not.toContain('"address":"unknown"');
});

describe('whoever is slow to send', () => {
  test.each([
    ['nothing', ''],
    ['half a head', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX-More: '],
    ['half a body', login('{"email":', 100)],
    ['half of a second request', `${alive}GET /livez HTTP/1.1\r\n`],
  ])('is answered 408 and cut: %s', async (_what, bytes) => {
    await using app = await testApp({ connections: soon });
    await using slow = await openSocket(app);
    slow.socket.write(bytes);
    await slow.closed;
    expect(slow.received()).toMatch(/HTTP\/1\.1 408 /);
    expect(app.logged()).not.toContain('"level":"error"');
  });

  test('is cut also when now and then a byte comes', async () => {
    await using app = await testApp({ connections: soon });
    await using slow = await openSocket(app);
    slow.socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nX-More: ');
    const dripping = setInterval(() => slow.socket.write('a'), 5);
    await slow.closed;
    clearInterval(dripping);
    expect(slow.received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('is told apart from who waits for a hash, however long that takes', async () => {
    const hashing = Promise.withResolvers<false>();
    const hasher: Hasher = {
      hash: async () => 'nobody registers',
      verify: async () => await hashing.promise,
      verifyNobody: async () => await hashing.promise,
      isOutdated: () => false,
    };
    await using app = await testApp({ connections: soon, hasher });
    await using waiting = await openSocket(app);
    waiting.socket.write(login(JSON.stringify(ada)));
    await expect.poll(() => app.hashes()).toBe(1);

    // Opened later, so its time is over later, too.
    await using slow = await openSocket(app);
    slow.socket.write(login('{"email":', 100));
    await slow.closed;
    hashing.resolve(false);
    await waiting.until(/"reason":"WRONG_CREDENTIALS"/);
    expect(waiting.received()).toMatch(/^HTTP\/1\.1 401 /);
  });
});

test('whoever does not read the answers is cut', async () => {
  await using app = await testApp({ connections: { inactivityTimeout: 100 } });
  await using greedy = await openSocket(app);
  greedy.socket.pause();
  greedy.socket.write(alive.repeat(20_000));
  // Who does not read hears of the end only when they write.
  const dripping = setInterval(() => greedy.socket.write(alive), 20);
  await greedy.closed;
  clearInterval(dripping);
  expect((await app.get('/livez')).status).toBe(200);
});

test('a connection that its client keeps without use is closed', async () => {
  await using app = await testApp({ connections: { keepAliveTimeout: 50, keepAliveTimeoutBuffer: 0 } });
  await using idle = await openSocket(app);
  idle.socket.write(alive);
  await idle.closed;
  expect(idle.received()).toMatch(/"status":"ok"}$/);
});

test('a client is told how long its connection is kept, which is longer than proxies keep theirs', async () => {
  await using app = await testApp();
  expect((await app.get('/livez')).headers.get('keep-alive')).toBe('timeout=125');
});

describe('the head of a request', () => {
  const head = (size: number): string => {
    const start = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Much: ';
    return `${start}${'a'.repeat(size - start.length)}\r\n\r\n`;
  };

  test.each([
    ['15 kB', head(15_000), 200],
    ['17 kB', head(17_000), 431],
    ['17 kB in its address', `GET /livez?${'a'.repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ])('of %s is answered as it should', async (_size, text, status) => {
    await using app = await testApp();
    await using socket = await openSocket(app);
    socket.socket.write(text);
    await socket.closed;
    expect(socket.received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('is read to its end, however many headers stand before the one of a proxy', async () => {
    await using app = await testApp();
    await using socket = await openSocket(app);
    const late = `${'a:\r\n'.repeat(2500)}X-Forwarded-For: 203.0.113.7\r\n\r\n`;
    const wrong = JSON.stringify({ ...ada, password: 'a wrong password' });
    const withLate = login(wrong).replace('\r\n\r\n', `\r\n${late}`);
    // Ten wrong logins are what one network may have; the eleventh shows that it was that one.
    for (let count = 0; count < 10; count += 1)
      await app.post(
        '/api/auth/login',
        { ...ada, email: `${count}@example.com` },
        { 'x-forwarded-for': '203.0.113.7' },
      );
    socket.socket.write(withLate);
    await socket.until(/RATE_LIMITED|WRONG_CREDENTIALS/);
    expect(socket.received()).toContain('RATE_LIMITED');
  });
});

describe('more connections than allowed', () => {
  test('are dropped, and those that are there are answered as before', async () => {
    await using app = await testApp({ connections: { maxConnections: 2 } });
    await using first = await openSocket(app);
    await using second = await openSocket(app);
    for (const kept of [first, second]) {
      kept.socket.write(alive);
      await kept.until(/"status":"ok"}$/);
    }

    for (let count = 0; count < 5; count += 1) {
      await using beyond = await openSocket(app);
      beyond.socket.write(alive);
      await beyond.closed;
      expect(beyond.received()).toBe('');
    }
    for (const kept of [first, second]) {
      kept.socket.write(alive);
      await kept.until(/"status":"ok"}[^]*"status":"ok"}$/);
    }

    const warnings = app.logged().match(/"event":"connections\.dropped"/g) ?? [];
    expect(warnings).toHaveLength(1);
  });

  test('find room again once one has ended', async () => {
    await using app = await testApp({ connections: { maxConnections: 1 } });
    {
      await using first = await openSocket(app);
      first.socket.end(alive);
      await first.closed;
    }
    await using next = await openSocket(app);
    next.socket.write(alive);
    await next.until(/"status":"ok"}$/);
  });
});
