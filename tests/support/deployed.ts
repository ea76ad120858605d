import { newToken } from '../../server/kernel/token.ts';
import { compose, environmentOf } from './compose.ts';
import { startCluster } from './postgres-cluster.ts';
import { projectFolder, run, withNode } from './process.ts';
import { textOf } from './sources.ts';
import { asAdmin, onDatabase } from './test-database.ts';

/** What of deploy/roles.sql needs no psql, which the binaries from npm have not. */
export const rolesWithoutPasswords = textOf('deploy/roles.sql').replaceAll(/^(\\.*|.* password :.*)$/gm, '');

/** Everything of compose.yaml but the containers: its roles, its migration, two instances. */
export async function deployed() {
  const stack = new AsyncDisposableStack();
  const project = stack.use(projectFolder());
  const cluster = stack.use(await startCluster({ fsync: 'off' }));
  const host = new URL(cluster.url).host;
  await asAdmin(cluster.url, async (client) => {
    await client.query('create database latchkey');
  });
  const database = onDatabase(cluster.url, 'latchkey');
  await asAdmin(database, async (client) => await client.query(rolesWithoutPasswords));

  const set = {
    ADMIN_PASSWORD: 'admin',
    OWNER_PASSWORD: 'owner',
    SERVER_PASSWORD: 'server',
    SMTP_URL: 'smtps://user:password@mail.example.com',
    MAIL_FROM: 'no-reply@example.com',
    ENCRYPTION_KEYS: newToken().reveal(),
    PUBLIC_URL: 'https://auth.example.com',
    APP_URL: 'https://app.example.com',
  };
  const start = (name: string) => {
    const env = environmentOf(name, set);
    const { command = ['npm', 'start'] } = compose.services[name] ?? {};
    const places = {
      DATABASE_URL: env['DATABASE_URL']?.replace('@database/', `@${host}/`) ?? '',
      // Here the proxy is on loopback, and so is who scrapes.
      TRUSTED_PROXIES: '127.0.0.1',
      ...(env['METRICS_PORT'] && { METRICS_PORT: '0', METRICS_HOST: '127.0.0.1' }),
      HOST: '127.0.0.1',
    };
    return stack.use(run(command.join(' '), { cwd: project.path, env: { ...env, ...withNode(), ...places } }));
  };
  return { start, database, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}
