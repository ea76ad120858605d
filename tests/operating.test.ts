import { expect, test } from 'vitest';

import { readConfig } from '../server/config.ts';
import { connectionLimits } from '../server/http/connections.ts';
import { createPrometheus } from '../server/metrics/prometheus.ts';
import { codeIn, rowsIn, sectionOf } from './support/markdown.ts';
import { mostAttempts, schedule } from '../server/jobs/schedule.ts';
import { samplesIn } from './support/scrape.ts';
import { textOf } from './support/sources.ts';

const page = 'docs/operating.md';

/** Every metric that there is, each told something once. */
async function scraped() {
  const prometheus = createPrometheus();
  const { metrics } = prometheus;
  metrics.request()('trpc', '200');
  metrics.call('auth.me')('done');
  metrics.hashing()()();
  metrics.hashRefused();
  metrics.hashesWaiting(() => 0);
  metrics.database('read')();
  metrics.databaseBusy();
  metrics.limited('login.account');
  metrics.sessionStarted();
  metrics.sessionsEnded('logout', 1);
  metrics.job('event.user.registered')('done');
  metrics.jobs(async () => ({ waiting: 0, failed: 0 }));
  return await prometheus.scrape();
}

test('every metric is written down, with its labels', async () => {
  const text = await scraped();
  const samples = samplesIn(text);
  const metrics = [...text.matchAll(/^# TYPE (latchkey_\w+) (\w+)$/gm)].map(([, name = '']) => {
    const labels = samples.filter((one) => one.name.startsWith(name)).flatMap((one) => Object.keys(one.labels));
    return [name, [...new Set(labels)].filter((label) => label !== 'le')];
  });
  expect(metrics.length).toBeGreaterThan(9);
  const documented = rowsIn(sectionOf(page, 'Metrics')).map(([name = '', labels = '']) => [
    codeIn(name)[0],
    codeIn(labels),
  ]);
  expect(documented.toSorted()).toEqual(metrics.toSorted());
});

test('what to alert on are metrics and events that there are', async () => {
  const samples = samplesIn(await scraped()).map(({ name }) => name);
  const events = rowsIn(sectionOf('docs/inventory.md', 'What is logged')).flatMap(([event = '']) => codeIn(event));
  const named = rowsIn(sectionOf(page, 'What to alert on')).flatMap(([, by = '']) => codeIn(by));
  expect(named.length).toBeGreaterThan(12);
  for (const name of named)
    expect([...events, ...samples, ...samples.map((sample) => sample.replace(/_count$/, ''))]).toContain(name);
});

test('the parameters that PgBouncer must leave out are those that are sent', () => {
  const sent = [...textOf('server/db/open-postgres.ts').matchAll(/^ {2}(\w+_timeout): /gm)].map(([, name]) => name);
  const [, ignored = ''] = /^ignore_startup_parameters = (.*)$/m.exec(sectionOf(page, 'Pools and PgBouncer')) ?? [];
  // `query_timeout` is the driver's own.
  expect(ignored.split(',').toSorted()).toEqual(
    [...sent.filter((name) => name !== 'query_timeout'), 'options'].toSorted(),
  );
});

test('the numbers are those of the code', () => {
  const { databasePoolSize } = readConfig({});
  const connections = databasePoolSize + Math.ceil(databasePoolSize / 4);
  expect(sectionOf(page, 'Pools and PgBouncer')).toContain(`${connections} with the default of ${databasePoolSize}`);
  const { keepAliveTimeout, maxConnections, maxHeaderSize } = connectionLimits;
  expect(sectionOf(page, 'Proxies')).toContain(`less than ${keepAliveTimeout / 1000} seconds`);
  expect(sectionOf(page, 'Proxies')).toContain(`heads over ${maxHeaderSize / 1024} kB`);
  expect(sectionOf(page, 'File descriptors and connections')).toContain(maxConnections.toLocaleString('en'));
});

test('what is said of jobs is what happens', () => {
  const said = sectionOf(page, 'Jobs').replaceAll('\n', ' ');
  const inWords = (milliseconds: number): string => {
    const units = [
      ['hour', 3_600_000],
      ['minute', 60_000],
      ['second', 1000],
    ] as const;
    const [unit, length] = units.find(([, length]) => milliseconds >= length) ?? units[2];
    return `${milliseconds / length} ${unit}${milliseconds === length ? '' : 's'}`;
  };
  const delays = schedule.delays.map(inWords);
  expect(said).toContain(`after ${delays.slice(0, -1).join(', ')} and ${delays.at(-1)}`);
  expect(said).toContain(`given up after the ${mostAttempts}th attempt`);
  expect(said).toContain(`after ${schedule.lease / 1000} seconds`);
  expect(said).toContain(`within ${inWords(schedule.mostTime)}`);
  expect(schedule.mostOfOneKind).toBe(5);
  expect(said).toContain('in each five of one kind at once');
  expect(sectionOf(page, 'Upgrade, and going back')).toContain(`waits ${schedule.patience / 1000} more for jobs`);
});
