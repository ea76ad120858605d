import { describe, expect, test } from 'vitest';

import { campaign } from '../../support/crash/campaign.ts';
import { postgresTarget, serverTarget } from '../../support/crash/targets.ts';
import { isWhole } from '../../support/many.ts';
import { startCluster } from '../../support/postgres-cluster.ts';

describe('of all that was acknowledged on PostgreSQL', () => {
  const kills = isWhole ? 20 : 4;

  test(`nothing is lost in ${kills} kills of the server`, async () => {
    await using cluster = await startCluster();
    const options = { databaseUrl: cluster.url, plants: ['quick-hashes'] };
    await using target = serverTarget('PostgreSQL, server killed', options);
    const { faults, journal } = await campaign({ target, kills, load: [20, 900] });
    expect(faults).toEqual([]);
    expect(journal.acknowledged.register).toBeGreaterThan(5 * kills);
  });
});

// The list of a process's children is Linux's.
describe.skipIf(process.platform !== 'linux')('of all that was acknowledged, when PostgreSQL itself is killed', () => {
  const options = (databaseUrl: string) => ({ databaseUrl, plants: ['quick-hashes'] });

  const kills = isWhole ? 5 : 2;

  test(`nothing is lost in ${kills} kills, and one server lives through all of them`, async () => {
    await using cluster = await startCluster();
    await using target = postgresTarget('PostgreSQL killed', cluster, options(cluster.url));
    const { faults, journal } = await campaign({ target, kills, load: [300, 1500] });
    expect(faults).toEqual([]);
    expect(journal.acknowledged.register).toBeGreaterThan(6 * kills);
  });

  test('something would be seen to be lost if commits did not wait for its log', async () => {
    // What a commit leaves in memory is written after ten seconds only.
    const careless = { synchronous_commit: 'off', wal_writer_delay: '10000ms' };
    await using cluster = await startCluster(careless);
    await using target = postgresTarget('PostgreSQL killed, planted fault', cluster, options(cluster.url));
    const { faults } = await campaign({ target, kills: 2, load: [300, 600] });
    expect(faults.join('\n')).toMatch(/the acknowledged registration of \S+ is lost|an acknowledged session is lost/);
  });
});
