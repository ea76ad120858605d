import { expect, test } from 'vitest';

import { campaign } from '../../support/crash/campaign.ts';
import { folderOnDisk } from '../../support/crash/real-disk.ts';
import { serverTarget } from '../../support/crash/targets.ts';
import { isWhole } from '../../support/many.ts';

const kills = isWhole ? 60 : 10;

test(`of all that was acknowledged on SQLite nothing is lost in ${kills} kills of the server`, async () => {
  using folder = folderOnDisk();
  const databaseUrl = `file:${folder.file('userAuth.db')}`;
  await using target = serverTarget('SQLite, server killed', { databaseUrl, plants: ['quick-hashes'] });
  const { faults, journal } = await campaign({ target, kills, load: [20, 900] });
  expect(faults).toEqual([]);
  expect(journal.acknowledged.register).toBeGreaterThan(5 * kills);
  expect(journal.acknowledged.logout).toBeGreaterThan(1.5 * kills);
});
