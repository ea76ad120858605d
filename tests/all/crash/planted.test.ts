import { describe, expect, test } from 'vitest';

import { campaign } from '../../support/crash/campaign.ts';
import { folderOnDisk } from '../../support/crash/real-disk.ts';
import { serverTarget } from '../../support/crash/targets.ts';
import { answersTooEarly } from '../../support/crash/trace.ts';
import { obstacle, traced } from '../../support/crash/traced.ts';

const lost =
  /the acknowledged registration of \S+ is lost|an acknowledged session is lost|acknowledged as ended is there/;

describe('a planted fault is seen:', () => {
  test('an answer before the commit, by what a kill then loses', async () => {
    using folder = folderOnDisk();
    const databaseUrl = `file:${folder.file('userAuth.db')}`;
    await using target = serverTarget('SQLite, planted fault', {
      databaseUrl,
      plants: ['quick-hashes', 'answer-early'],
    });
    // A single kill may find nothing but logouts on their way to the disk, or nothing at all.
    const { faults } = await campaign({ target, kills: 6, load: [200, 300] });
    expect(faults.join('\n')).toMatch(lost);
  });

  // WAL without FULL: what everybody has who sets nothing but the journal mode.
  test.skipIf(obstacle)('synchronous=NORMAL, by the order of answer and disk', async () => {
    const events = await traced({ plants: ['answer-unsynced'], env: { SYNCHRONOUS: 'NORMAL' } });
    expect(answersTooEarly(events)).toBeGreaterThanOrEqual(3);
  });
});
