import { expect, test } from 'vitest';

import { campaign } from '../../support/crash/campaign.ts';
import { folderOnDisk } from '../../support/crash/real-disk.ts';
import { serverTarget } from '../../support/crash/targets.ts';

test('of all that was acknowledged on SQLite nothing is lost in 60 kills of the server', async () => {
  using folder = folderOnDisk();
  const databaseUrl = `file:${folder.file('userAuth.db')}`;
  await using target = serverTarget('SQLite, server killed', { databaseUrl, plants: ['quick-hashes'] });
  const { faults, journal } = await campaign({ target, kills: 60, load: [20, 900] });
  expect(faults).toEqual([]);
  expect(journal.acknowledged.register).toBeGreaterThan(300);
  expect(journal.acknowledged.logout).toBeGreaterThan(100);
});
