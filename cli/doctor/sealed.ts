import type { Config } from '../../server/config.ts';
import type { Database } from '../../server/db/database.ts';
import { countSealed } from '../../server/features/reseal/queries.ts';
import { resealAll } from '../../server/features/reseal/service.ts';
import { sealedBoxOf } from '../../server/kernel/sealed-box.ts';
import { fault, ok } from './finding.ts';
import type { Finding } from './finding.ts';

/** Whether what is encrypted in the database can be read with the keys that are set. */
export async function checkSealed({ encryptionKeys }: Config, db: Database): Promise<Finding[]> {
  const sealedBox = sealedBoxOf(encryptionKeys);
  if (!sealedBox) {
    const sealed = await countSealed(db);
    return sealed === 0
      ? []
      : [
          fault(
            'keys.lost',
            `${sealed} seeds of authenticator apps and signing keys are encrypted, and ENCRYPTION_KEYS is not set. Set it to the key of then`,
          ),
        ];
  }
  const { unreadable, byKey } = await resealAll({ db, sealedBox }, { isDry: true });
  if (unreadable.length === 0) return [ok('keys', 'All that is encrypted can be read with ENCRYPTION_KEYS')];
  const missing = [...byKey.keys()].filter((id) => !sealedBox.keyIds.includes(id));
  return [
    fault(
      'keys.lost',
      `${unreadable.length} seeds of authenticator apps and signing keys cannot be read with ENCRYPTION_KEYS${missing.length > 0 ? `: they need the key ${missing.join(', ')}` : ''}. Put the key of then behind the one of now, with a comma between`,
    ),
  ];
}
