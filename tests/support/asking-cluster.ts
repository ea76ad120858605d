import { asAdmin } from './test-database.ts';
import { startCluster } from './postgres-cluster.ts';
import type { Cluster } from './postgres-cluster.ts';

// The superuser of the tests needs none.
const rules = 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n';

/** A PostgreSQL that wants a password of everybody but its superuser, and a role `ada` with `first`. */
export async function startAskingCluster(): Promise<Cluster & { urlWith(user: string): string }> {
  const cluster = await startCluster({ fsync: 'off' }, { 'pg_hba.conf': Buffer.from(rules) });
  await asAdmin(cluster.url, async (client) => {
    await client.query("create role ada login password 'first'");
    await client.query('grant create on database postgres to ada');
  });
  return { ...cluster, urlWith: (user) => cluster.url.replace('postgres@', `${user}@`) };
}
