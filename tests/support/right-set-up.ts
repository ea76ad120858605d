import { copyFileSync, writeFileSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { openSqlite } from '../../server/db/open-sqlite.ts';
import { newToken } from '../../server/kernel/token.ts';
import { breachedList } from './breached-list.ts';
import { diagnosis } from './diagnosis.ts';
import type { Looked } from './diagnosis.ts';
import { quickMailServer } from './smtp.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { fastest } from './test-database.ts';

/** The mistake, as a change of the right set-up, and what is found: state, check and words of the sentence. */
export type Mistake = [mistake: string, plant: () => Looked, state: 'warning' | 'fault', check: string, words: RegExp];

const key = newToken().reveal();

/** A server that faces the world, with nothing wrong about it, for each test anew. */
export function rightSetUp() {
  let template: ReturnType<typeof temporaryFolder>;
  let folder: ReturnType<typeof temporaryFolder>;
  let mails: Awaited<ReturnType<typeof quickMailServer>>;
  beforeAll(async () => {
    template = temporaryFolder(fastest);
    await (await openSqlite(`file:${template.file('auth.db')}`)).close();
    mails = await quickMailServer();
  });
  afterAll(async () => {
    await mails[Symbol.asyncDispose]();
    template[Symbol.dispose]();
  });
  beforeEach(() => {
    folder = temporaryFolder(fastest);
    copyFileSync(template.file('auth.db'), folder.file('auth.db'));
    return () => folder[Symbol.dispose]();
  });

  function file(name: string, text: string): string {
    writeFileSync(folder.file(name), text);
    return folder.file(name);
  }

  return {
    path: (name: string): string => folder.file(name),
    file,
    inDatabase: (sql: string): void => void new Sqlite(folder.file('auth.db')).exec(sql).close(),
    env: (): Record<string, string> => ({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://auth.example.com',
      APP_URL: 'https://app.example.com',
      CORS_ORIGINS: 'https://app.example.com',
      TRUSTED_PROXIES: '10.0.0.1',
      SMTP_URL: `smtp://127.0.0.1:${mails.port}`,
      MAIL_FROM: 'no-reply@example.com',
      ENCRYPTION_KEYS: key,
      BREACHED_PASSWORDS: file('list.txt', breachedList(['a', 'b', 'c'])),
      DATABASE_URL: `file:${folder.file('auth.db')}`,
    }),
  };
}

/** Plants each mistake and nothing else, and expects to hear of it and of nothing else. */
export function eachIsFound(setUp: ReturnType<typeof rightSetUp>, mistakes: Mistake[]): void {
  test.each(mistakes)('finds %s, and nothing else', async (_mistake, plant, state, check, words) => {
    const { env, ...looked } = plant();
    const found = await diagnosis({ ...looked, env: { ...setUp.env(), ...env } });
    expect(found.map((one) => [one.state, one.check])).toEqual([[state, check]]);
    expect(found[0]?.text).toMatch(words);
  });
}

/** A mistake that is in the settings alone. */
export const setting = (env: Record<string, string>) => (): Looked => ({ env });

/** One of the machine. */
export const machine = (planted: Looked['machine']) => (): Looked => ({ ...(planted && { machine: planted }) });
