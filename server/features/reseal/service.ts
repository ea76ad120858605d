import type { Deps } from '../../deps.ts';
import { keyIdIn } from '../../kernel/sealed-box.ts';
import type { SealedBox } from '../../kernel/sealed-box.ts';
import { sealedFor } from '../totp/service.ts';
import { countSeeds, findSeedsAfter, replaceSeed } from './queries.ts';

/** So many are read at once, and written together. */
const inOneStep = 100;

export interface ResealReport {
  /** How many were found under which key, by its id; those of the keys of now are there in any case. */
  byKey: Map<string, number>;
  /** How many are under the first key now that were under another one. */
  resealed: number;
  /** Whose cannot be read, and why. */
  unreadable: { userId: string; why: string }[];
}

interface Options {
  /** Whether it is only looked at. */
  isDry?: boolean;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Seals every seed of an authenticator app under the first key. It may be done while servers work, be
 * interrupted, and be done again: each seed is replaced only while it is what was read.
 */
export async function resealSeeds(
  { db, sealedBox }: Pick<Deps, 'db'> & { sealedBox: SealedBox },
  { isDry = false, onProgress = () => {} }: Options = {},
): Promise<ResealReport> {
  const total = await countSeeds(db);
  const report: ResealReport = { byKey: new Map(sealedBox.keyIds.map((id) => [id, 0])), resealed: 0, unreadable: [] };
  let after: string | undefined;
  for (let done = 0; ;) {
    const rows = await findSeedsAfter(db, { after, most: inOneStep });
    const replaced = rows.flatMap((row) => newSealOf(sealedBox, row, report));
    if (!isDry && replaced.length > 0) {
      const hit = await db.atomically((tx) => replaced.map((one) => replaceSeed(tx, one)));
      report.resealed += hit.reduce((sum, rowsHit) => sum + rowsHit, 0);
    }
    done += rows.length;
    onProgress(done, total);
    if (rows.length < inOneStep) return report;
    after = rows.at(-1)?.id;
  }
}

type Row = Awaited<ReturnType<typeof findSeedsAfter>>[number];

/** What is to take the place of a seed, where it is under another key; each is opened, so that none is passed over that nobody can read. */
function newSealOf(box: SealedBox, { id, userId, seedCiphertext: from }: Row, { byKey, unreadable }: ResealReport) {
  const keyId = keyIdIn(from);
  byKey.set(keyId, (byKey.get(keyId) ?? 0) + 1);
  try {
    const seed = box.open(from, sealedFor(userId));
    return box.isCurrent(from) ? [] : [{ id, from, to: box.seal(seed, sealedFor(userId)) }];
  } catch (error) {
    unreadable.push({ userId, why: error instanceof Error ? error.message : String(error) });
    return [];
  }
}
