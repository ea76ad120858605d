import { readConfig } from '../server/config.ts';
import { DatabaseFault } from '../server/db/postgres-errors.ts';
import { Unusable } from '../server/db/sqlite-file.ts';
import { resealAll } from '../server/features/reseal/service.ts';
import type { ResealReport } from '../server/features/reseal/service.ts';
import { Refusal } from '../server/kernel/refusal.ts';
import { sealedBoxOf } from '../server/kernel/sealed-box.ts';
import { command } from './command.ts';
import { endWhenInterrupted } from './interruption.ts';
import type { Io } from './io.ts';
import { openOwn } from './open-own.ts';
import { progressBar } from './progress-bar.ts';

const again = 'Run it again: it goes on where it was.';

export const reseal = command({
  summary: 'puts what is encrypted under the first of ENCRYPTION_KEYS',
  usage: `Seals the seeds of authenticator apps and the keys that sign tokens, in the database of DATABASE_URL,
anew under the first of ENCRYPTION_KEYS, so that the other keys can be left out. Servers may go on
working meanwhile, if each of them has the new key already. If it breaks off, run it again. With
--dry-run it only says how many are under which key; a key is named by the first of its SHA-256. It
has failed where something cannot be read.`,
  takes: [],
  options: { 'dry-run': { type: 'boolean', about: 'only says how many are under which key' } },
  examples: [
    ['reseal --dry-run', 'how much is under which key'],
    ['reseal', 'puts all of it under the first'],
  ],
  async run({ values: { 'dry-run': isDry = false } }, io) {
    const config = readConfig(io.settings());
    const sealedBox = sealedBoxOf(config.encryptionKeys);
    if (!sealedBox) throw new Unusable('ENCRYPTION_KEYS is not set: there is no key to seal anything under.');
    endWhenInterrupted(`Broken off. ${again}`);

    const db = await openOwn(config, io);
    try {
      let draw: ((done: number) => void) | undefined;
      const onProgress = (done: number, total: number): void => {
        draw ??= progressBar(io.screen, total);
        draw(done);
      };
      const report = await resealAll({ db, sealedBox }, { isDry, onProgress });
      return tell(report, { keyIds: sealedBox.keyIds, isDry, io });
    } catch (error) {
      throw translated(error);
    } finally {
      await db.close();
    }
  },
});

function tell(report: ResealReport, { keyIds, isDry, io }: { keyIds: readonly string[]; isDry: boolean; io: Io }) {
  const { byKey, resealed, unreadable } = report;
  const [first] = keyIds;
  const lines = [...byKey].map(([keyId, count]) => {
    const what = keyId === first ? 'the first' : keyIds.includes(keyId) ? 'another' : 'not among ENCRYPTION_KEYS';
    return `${isDry ? 'Under' : 'Found under'} the key ${keyId} (${what}): ${count}`;
  });
  if (!isDry) lines.push(`Sealed anew under the key ${first}: ${resealed}`);
  if (!isDry && unreadable.length === 0) lines.push('No other key is needed any more.');
  io.print(lines.join('\n'), { byKey: Object.fromEntries(byKey), resealed, unreadable });
  if (unreadable.length === 0) return 0;
  io.note(`Cannot be read: ${unreadable.length}, by the ids of whose they are, or of the signing key`);
  for (const { owner, why } of unreadable) io.note(`  ${owner}: ${why}`);
  return 1;
}

function translated(error: unknown): unknown {
  if (error instanceof Refusal) return new Unusable(`The database did not answer in time. ${again}`);
  return error instanceof DatabaseFault ? new Unusable(error.message) : error;
}
