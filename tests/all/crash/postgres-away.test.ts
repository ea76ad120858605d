import { expect, test } from 'vitest';

import { audit } from '../../support/crash/audit.ts';
import { createCaller } from '../../support/crash/call.ts';
import { numbersOf, say } from '../../support/crash/campaign.ts';
import { underLoad } from '../../support/crash/clients.ts';
import { emptyJournal } from '../../support/crash/journal.ts';
import { createRandom } from '../../support/crash/random.ts';
import { startServer } from '../../support/crash/server-process.ts';
import { isWhole } from '../../support/many.ts';
import { startCluster } from '../../support/postgres-cluster.ts';
import { ada } from '../../support/test-app.ts';

const secondsAway = isWhole ? 60 : 10;

test(`PostgreSQL may be away for ${secondsAway} seconds: each call is refused soon, with when to come back, and then all is there`, async () => {
  await using cluster = await startCluster();
  const databaseUrl = cluster.url;
  await using server = await startServer({ databaseUrl, plants: ['quick-hashes'] });
  const journal = emptyJournal();
  const load = { url: () => server.url, journal, random: createRandom(), clients: 4 };
  using call = createCaller(load.url);
  await underLoad(load, () => journal.acknowledged.register >= 50);

  await cluster.crash();
  const gone = performance.now();
  let slowest = 0;
  let refused = 0;
  for (; performance.now() - gone < secondsAway * 1000; refused += 3) {
    const started = performance.now();
    const answers = await Promise.all([
      call('/api/auth/login', { body: ada }),
      call('/api/auth/register', { body: ada }),
      call('/api/auth/logout', { body: {}, token: 'a'.repeat(43) }),
    ]);
    slowest = Math.max(slowest, performance.now() - started);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, body: { reason: 'BUSY' } });
    }
    expect((await call('/livez'))?.status).toBe(200);
    expect((await call('/readyz'))?.status).toBe(503);
  }
  // No call waits longer than for a connection, two seconds, and what the machine adds to it.
  expect(slowest).toBeLessThan(4000);

  await cluster.start();
  const back = performance.now();
  for (let tries = 0; tries < 1000 && (await call('/readyz'))?.status !== 200; tries += 1);
  const recovery = performance.now() - back;
  expect(recovery).toBeLessThan(4000);
  const before = journal.acknowledged.register;
  await underLoad(load, () => journal.acknowledged.register >= before + 50);
  expect(journal.failed).toBe(0);
  expect(await audit(journal, { databaseUrl, url: load.url })).toEqual([]);
  expect(server.isAlive()).toBe(true);
  say(
    `PostgreSQL away for ${secondsAway} seconds: ${refused} calls refused, the slowest in ${slowest.toFixed(0)} ms, ready again after ${recovery.toFixed(0)} ms; ${numbersOf(journal)}`,
  );
});

test.skipIf(process.platform !== 'linux')(
  'PostgreSQL may hang without a word: each call is refused within eight seconds, and then all is there',
  async () => {
    await using cluster = await startCluster();
    const databaseUrl = cluster.url;
    await using server = await startServer({ databaseUrl, plants: ['quick-hashes'] });
    const journal = emptyJournal();
    const load = { url: () => server.url, journal, random: createRandom(), clients: 8 };
    await underLoad(load, () => journal.acknowledged.register >= 50);

    const ending = new AbortController();
    let frozenAt = 0;
    const enough = journal.acknowledged.register + 20;
    const calling = underLoad(load, () => {
      if (journal.acknowledged.register < enough || ending.signal.aborted) return ending.signal.aborted;
      ending.abort();
      cluster.freeze();
      frozenAt = performance.now();
      return true;
    });
    await calling;
    const slowest = performance.now() - frozenAt;
    cluster.thaw();
    expect(slowest).toBeLessThan(8000);

    const before = journal.acknowledged.register;
    await underLoad(load, () => journal.acknowledged.register >= before + 50);
    expect(journal.failed).toBe(0);
    expect(await audit(journal, { databaseUrl, url: load.url })).toEqual([]);
    say(`PostgreSQL hung: the slowest call was over after ${slowest.toFixed(0)} ms; ${numbersOf(journal)}`);
  },
);
