import pg from 'pg';
import { describe, expect, test } from 'vitest';

import { blankDatabase } from '../../tests/support/test-database.ts';
import { namedStatements } from './named-statements.ts';

const text = 'select $1::int + 1';
const named = "select name from pg_prepared_statements where name like 'latchkey%'";

/** Asks over one connection, which is also given for what a pooler in front would do to it. */
async function asking(warnings: object[] = []) {
  const pool = new pg.Pool({ connectionString: await blankDatabase(), max: 1 });
  const ask = namedStatements(pool, { warn: (about: object) => void warnings.push(about) });
  const askOften = async (values: number[]): Promise<unknown[]> => {
    const found: unknown[] = [];
    // oxlint-disable-next-line no-await-in-loop -- what counts is how often it was asked before
    for (const value of values) found.push(...(await ask(text, [value])).rows.flat());
    return found;
  };
  const names = async (): Promise<string[]> => (await pool.query<{ name: string }>(named)).rows.map(({ name }) => name);
  return { pool, ask, askOften, names, [Symbol.asyncDispose]: async () => await pool.end() };
}

const values = Array.from({ length: 150 }, (_, index) => index);
const answers = values.map((value) => value + 1);

describe('a read', () => {
  test('that is asked often is kept parsed, under a name that is made of its text', async () => {
    await using one = await asking();
    await using other = await asking();
    expect(await one.askOften(values.slice(0, 100))).toEqual(answers.slice(0, 100));
    expect(await one.names()).toEqual([]);
    expect(await one.askOften(values)).toEqual(answers);
    expect(await one.names()).toEqual([expect.stringMatching(/^latchkey_[0-9a-f]{32}$/)]);
    await other.askOften(values);
    expect(await other.names()).toEqual(await one.names());
  });

  test.each([
    ['is not known any more', 'deallocate all'],
    ['is known already', 'deallocate all; prepare NAME as select $1::int + 1000'],
  ])('whose name %s is answered right all the same, and no read has a name from then on', async (_how, statements) => {
    const warnings: object[] = [];
    await using one = await asking(warnings);
    await one.askOften(values);
    const [name = ''] = await one.names();
    // As a pooler does that hands each transaction another connection.
    if (statements.includes('NAME')) await renewed(one.pool);
    await one.pool.query(statements.replace('NAME', name));
    expect(await one.askOften(values)).toEqual(answers);
    expect(warnings).toEqual([{ event: 'database.namesRefused' }]);
  });

  test('whose columns have other types by now is answered right, and keeps its name', async () => {
    const warnings: object[] = [];
    await using one = await asking(warnings);
    const ofTable = async (): Promise<unknown[]> => (await one.ask('select a from t where a = $1', [1])).rows.flat();
    await one.pool.query('create table t as select 1 as a');
    for (let times = 0; times < 150; times += 1) {
      // oxlint-disable-next-line no-await-in-loop -- the name is given on the way
      expect(await ofTable()).toEqual([1]);
    }
    await one.pool.query('alter table t alter column a type float');
    expect(await ofTable()).toEqual([1]);
    expect(warnings).toEqual([]);
  });

  test('that is wrong fails as ever', async () => {
    await using one = await asking();
    await one.askOften(values);
    // A value that no type lets through, so that PostgreSQL refuses it.
    await expect(one.askOften(['x'] as unknown as number[])).rejects.toMatchObject({ code: '22P02' });
    expect(await one.askOften(values)).toEqual(answers);
  });
});

/** The next connection of the pool is another one, which the driver has given no names. */
async function renewed(pool: pg.Pool): Promise<void> {
  (await pool.connect()).release(true);
}
