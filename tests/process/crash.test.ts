import { expect, test } from 'vitest';

import { campaign } from '../support/crash/campaign.ts';
import { folderOnDisk } from '../support/crash/real-disk.ts';
import { serverTarget } from '../support/crash/targets.ts';

// The short form of `npm run test:crash`.

test('a server that is killed at any moment has lost nothing that it acknowledged', async () => {
  using folder = folderOnDisk();
  const databaseUrl = `file:${folder.file('userAuth.db')}`;
  await using target = serverTarget('SQLite', { databaseUrl, plants: ['quick-hashes'] });
  const { faults, journal } = await campaign({ target, kills: 2, load: [200, 400] });
  expect(faults).toEqual([]);
  expect(journal.acknowledged.register).toBeGreaterThan(0);
});
