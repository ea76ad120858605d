import Sqlite from 'better-sqlite3';

import { asAdmin, isPostgres } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';
import type { Sent } from './sent-statements.ts';

/** What reads every row of a table, or of an index: nothing where each step finds its rows. */
export async function readWhole(database: TestDatabase, statements: Iterable<Sent>): Promise<Map<string, string[]>> {
  const steps = isPostgres ? await stepsOnPostgres(database, statements) : stepsOnSqlite(database, statements);
  return new Map([...steps].filter(([, whole]) => whole.length > 0));
}

function stepsOnSqlite({ file }: TestDatabase, statements: Iterable<Sent>): Map<string, string[]> {
  using stack = new DisposableStack();
  const client = stack.adopt(new Sqlite(file, { readonly: true }), (one) => one.close());
  return new Map(
    Array.from(statements, ({ text }) => {
      const values = Array.from(text.matchAll(/\?/g), () => null);
      const plan = client.prepare<unknown[], { detail: string }>(`explain query plan ${text}`).all(values);
      return [text, plan.map(({ detail }) => detail).filter(isWholeTable)];
    }),
  );
}

/** Values are scanned as well: `one` is how a query calls a single row of them. */
const isWholeTable = (step: string): boolean => /^SCAN (?!CONSTANT ROW|\d+-ROW VALUES|one$)/.test(step);

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: Node[];
}

// Each of these would have a reason on a small table. What is left shows whether there is another way.
const costly = ['seqscan', 'hashjoin', 'mergejoin'];

/**
 * What PostgreSQL has noted of the few rows of a test, if it has come to that, makes reading all of them as good as
 * looking one up. A million in each table, however many pages earlier tests have used of it, and no notes on their values.
 */
const asIfThereWereMany = `
  analyze;
  delete from pg_statistic;
  update pg_class set
    relpages = pg_relation_size(oid) / current_setting('block_size')::int,
    reltuples = case when pg_relation_size(oid) > 0 then 1000000 else -1 end
  where relkind = 'r' and relnamespace = 'latchkey'::regnamespace`;

async function stepsOnPostgres({ url }: TestDatabase, statements: Iterable<Sent>): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  await asAdmin(url, async (client) => {
    // Until the end of a transaction that has analysed a table, nobody else notes anything of it.
    await client.query('begin');
    await client.query(asIfThereWereMany);
    for (const way of costly) await client.query(`set enable_${way} = off`);
    for (const { text, values } of statements) {
      const { rows } = await client.query(`explain (format json) ${text}`, values);
      found.set(text, wholeIn(rows[0]['QUERY PLAN'][0].Plan));
    }
  });
  return found;
}

/** An index may be read from end to end as well as its table. */
function wholeIn(node: Node): string[] {
  const of = node['Relation Name'] ?? node['Index Name'];
  const isWhole =
    node['Node Type'] === 'Seq Scan' || (/Index.*Scan/.test(node['Node Type']) && node['Index Cond'] === undefined);
  return [...(isWhole ? [`${node['Node Type']} ${of}`] : []), ...(node.Plans ?? []).flatMap(wholeIn)];
}
