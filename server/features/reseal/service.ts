import type { Queryable, Statement } from '../../db/database.ts';
import type { Deps } from '../../deps.ts';
import { keyIdIn } from '../../kernel/sealed-box.ts';
import type { SealedBox } from '../../kernel/sealed-box.ts';
import { sealedForKey } from '../signing-keys/service.ts';
import { sealedFor } from '../totp/service.ts';
import {
  countSealed,
  findNewestSeed,
  findPrivateKeys,
  findSeedsAfter,
  replacePrivateKey,
  replaceSeed,
} from './queries.ts';

/** So many are read at once, and written together. */
const inOneStep = 100;

export interface ResealReport {
  /** How many were found under which key, by its id; those of the keys of now are there in any case. */
  byKey: Map<string, number>;
  /** How many are under the first key now that were under another one. */
  resealed: number;
  /** What cannot be read, and why: the id of the user whose seed it is, or which signing key. */
  unreadable: { owner: string; why: string }[];
}

interface Options {
  /** Whether it is only looked at. */
  isDry?: boolean;
  onProgress?: (done: number, total: number) => void;
}

/** Something sealed, wherever it is stored. */
interface Sealed {
  owner: string;
  boundTo: string;
  from: Buffer;
  /** Hits one row only while it is what was read. */
  replace(tx: Queryable, to: Buffer): Statement;
}

/**
 * Seals every seed of an authenticator app and every signing key under the first key. It may be done while
 * servers work, be interrupted, and be done again: each is replaced only while it is what was read.
 */
export async function resealAll(
  { db, sealedBox }: Pick<Deps, 'db'> & { sealedBox: SealedBox },
  { isDry = false, onProgress = () => {} }: Options = {},
): Promise<ResealReport> {
  const total = await countSealed(db);
  const report: ResealReport = { byKey: new Map(sealedBox.keyIds.map((id) => [id, 0])), resealed: 0, unreadable: [] };
  let done = 0;
  for await (const batch of everythingSealed(db)) {
    const replaced = batch.flatMap((one) => newSealOf(sealedBox, one, report));
    if (!isDry && replaced.length > 0) {
      const hit = await db.atomically((tx) => replaced.map(({ one, to }) => one.replace(tx, to)));
      report.resealed += hit.reduce((sum, rowsHit) => sum + rowsHit, 0);
    }
    onProgress((done += batch.length), total);
  }
  return report;
}

async function* everythingSealed(db: Queryable): AsyncGenerator<Sealed[]> {
  const keys = await findPrivateKeys(db);
  if (keys.length > 0)
    yield keys.map(({ id, from }) => ({
      owner: `signing key ${id}`,
      boundTo: sealedForKey(id),
      from,
      replace: (tx, to) => replacePrivateKey(tx, { id, from, to }),
    }));

  let after: string | undefined;
  do {
    const rows = await findSeedsAfter(db, { after, most: inOneStep });
    yield rows.map(({ id, userId, from }) => ({
      owner: userId,
      boundTo: sealedFor(userId),
      from,
      replace: (tx, to) => replaceSeed(tx, { id, from, to }),
    }));
    after = rows.length < inOneStep ? undefined : rows.at(-1)?.id;
  } while (after !== undefined);
}

/** What is to take the place of one that is under another key; each is opened, so that none is passed over that nobody can read. */
function newSealOf(box: SealedBox, one: Sealed, { byKey, unreadable }: ResealReport): { one: Sealed; to: Buffer }[] {
  const { owner, boundTo, from } = one;
  const keyId = keyIdIn(from);
  byKey.set(keyId, (byKey.get(keyId) ?? 0) + 1);
  try {
    const plain = box.open(from, boundTo);
    return box.isCurrent(from) ? [] : [{ one, to: box.seal(plain, boundTo) }];
  } catch (error) {
    unreadable.push({ owner, why: error instanceof Error ? error.message : String(error) });
    return [];
  }
}

/** Says at the start what otherwise the first person with an app, or who asks for a token, would find out: a key is not there. */
export async function warnOfLostKey({ db, log, sealedBox }: Pick<Deps, 'db' | 'log' | 'sealedBox'>): Promise<void> {
  const seed = await findNewestSeed(db);
  const sealed = [...(seed ? [seed] : []), ...(await findPrivateKeys(db)).map(({ from }) => from)];
  const lost = sealed.map(keyIdIn).find((id) => !sealedBox?.keyIds.includes(id));
  if (lost === undefined) return;
  log.error(
    { event: 'keys.lost', keyId: lost },
    `What is encrypted under the key ${lost}, which is not among ENCRYPTION_KEYS, cannot be read: nobody logs in by such an authenticator app, and no token is signed by such a key. Put that key behind the one of now, with a comma between`,
  );
}
