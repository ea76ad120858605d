import { describe, expect, test } from 'vitest';

import { readConfig } from '../server/config.ts';
import { connectionLimits } from '../server/http/connections.ts';
import { newToken } from '../server/kernel/token.ts';
import { compose, environmentOf } from './support/compose.ts';
import { textOf } from './support/sources.ts';

const { services } = compose;
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);

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

describe('compose.yaml', () => {
  test('runs PostgreSQL, two instances and a proxy', () => {
    expect(Object.keys(services)).toEqual(['database', 'migrate', 'latchkey-1', 'latchkey-2', 'proxy']);
    expect(services['latchkey-2']).toEqual(services['latchkey-1']);
    for (const [, { image, build }] of Object.entries(services)) expect(build ?? image).toMatch(/^\.$|:\d/);
  });

  test('publishes the port of the proxy with TLS, and no other', () => {
    const published = Object.entries(services).flatMap(([name, { ports }]) => ports.map((port) => [name, port]));
    expect(published).toEqual([['proxy', '443:443']]);
  });

  test('has no password, no secret and no address of its own that would do in production', () => {
    const values = Object.values(services).flatMap(({ environment, volumes }) => [
      ...Object.entries(environment).filter(([name]) => /PASSWORD|SECRET|_KEYS$|_URL$/.test(name)),
      ...volumes.filter((volume) => volume.includes('tls')).map((volume) => ['volume', volume] as const),
    ]);
    expect(values.length).toBeGreaterThan(8);
    for (const [name, value] of values) expect(`${name}=${value}`).toMatch(/\$\{\w+:\?[^}]+\}/);
    // A default would be `${NAME:-value}`, and a secret that was left out an empty one, `${NAME}`.
    expect(textOf('compose.yaml')).not.toMatch(/\$\{\w+(?!\w|:\?)/);
  });

  test('gives the instances a configuration that they take, and the role that changes no tables', () => {
    const config = readConfig(environmentOf('latchkey-1', set));
    const { username, password, hostname } = new URL(config.databaseUrl);
    expect([username, password, hostname]).toEqual(['latchkey_server', 'server', 'database']);
    expect(config.publicUrl).toBe('https://auth.example.com');
    expect(config.corsOrigins).toEqual(['https://app.example.com']);
    expect([config.smtpUrl, config.mailFrom]).toEqual([set.SMTP_URL, set.MAIL_FROM]);
    expect(config.encryptionKeys).toHaveLength(1);
    expect(new URL(environmentOf('migrate', set)['DATABASE_URL'] ?? '').username).toBe('latchkey_owner');
    expect(textOf('deploy/roles.sql')).toContain('create role latchkey_server');
    // Neither of the two is the superuser that the image makes.
    expect(services['database']?.environment).not.toHaveProperty('POSTGRES_USER');
  });

  test('believes the X-Forwarded-For of its proxy, and of nobody else', () => {
    const { trustedProxies } = readConfig(environmentOf('latchkey-1', set));
    expect(trustedProxies).toEqual([services['proxy']?.networks['front']?.ipv4_address]);
    expect(textOf('deploy/nginx.conf')).toContain('proxy_set_header X-Forwarded-For $remote_addr;');
  });

  test('keeps the database on a network without a way out, and the proxy off it', () => {
    expect(compose.networks['inside']?.internal).toBe(true);
    expect(Object.keys(services['database']?.networks ?? {})).toEqual(['inside']);
    expect(Object.keys(services['proxy']?.networks ?? {})).toEqual(['front']);
  });

  test('lets what is ours write nothing and gain no rights, and gives it time to answer what is under way', () => {
    expect(ours).toHaveLength(3);
    for (const [, one] of ours)
      expect(one).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(Number.parseInt(services['latchkey-1']?.stop_grace_period ?? '', 10)).toBeGreaterThan(10);
  });

  test('starts nothing before what it needs', () => {
    expect(services['migrate']?.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect(services['latchkey-1']?.depends_on['migrate']).toEqual({ condition: 'service_completed_successfully' });
    // nginx keeps the addresses that it found at its start.
    expect(Object.entries(services['proxy']?.depends_on ?? {})).toEqual(
      ['latchkey-1', 'latchkey-2'].map((name) => [name, { condition: 'service_healthy', restart: true }]),
    );
  });
});

describe('the image', () => {
  const dockerfile = textOf('Dockerfile');

  test('has only what is run: no tool of development, no test, no file of this folder that is not named', () => {
    expect(dockerfile).toContain('npm ci --omit=dev');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    const [first, ...kept] = textOf('.dockerignore')
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    expect(first).toBe('*');
    expect(kept.toSorted()).toEqual(
      [...new Set(copied)]
        .map((name) => `!${name}`)
        .concat('server/**/*.test.ts', 'cli/**/*.test.ts')
        .toSorted(),
    );
  });

  test('runs the server directly, as a user without rights, on the Node that the project is tested with', () => {
    const { devDependencies, scripts } = JSON.parse(textOf('package.json'));
    const major = devDependencies.node.split('.')[0];
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual(
      Array(2).fill(`node:${major}-slim`),
    );
    const [user, command] = [dockerfile.lastIndexOf('\nUSER node\n'), dockerfile.lastIndexOf('\nCMD [')];
    expect(user).toBeGreaterThan(0);
    expect(command).toBeGreaterThan(user);
    const words: string[] = JSON.parse(dockerfile.slice(command).replace('\nCMD ', ''));
    expect(`exec ${words.join(' ')}`).toBe(scripts.start);
  });
});

test('nginx lets go of an unused connection before the server does', () => {
  const [, secondsKept] = /upstream.*?keepalive_timeout (\d+)s;/s.exec(textOf('deploy/nginx.conf')) ?? [];
  expect(Number(secondsKept) * 1000).toBeLessThan(connectionLimits.keepAliveTimeout);
});
