import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { hostOf } from '../support/host.ts';
import { root } from '../support/process.ts';
import { codeOn } from '../support/samples.ts';
import { textOf } from '../support/sources.ts';
import { ada, testApp } from '../support/test-app.ts';

// A project of its own, with packages from the registry: the peer range of @trpc/tanstack-react-query
// is one version of tRPC that is not ours.
mkdirSync(join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(join(root, '.tmp', 'tanstack-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = async (command: string, ...args: string[]): Promise<string> =>
  await promisify(execFile)(command, args, { cwd: folder, maxBuffer: 1e8 }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => expect.unreachable(error.stdout + error.stderr),
  );
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const write = (name: string, content: string | object): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

const options = {
  target: 'es2024',
  module: 'nodenext',
  lib: ['es2024', 'dom', 'dom.iterable'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
};
const { devDependencies, dependencies } = JSON.parse(textOf('package.json')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;

beforeAll(async () => {
  write('package.json', {
    type: 'module',
    dependencies: {
      '@trpc/client': dependencies['@trpc/client'],
      '@trpc/server': dependencies['@trpc/server'],
      '@trpc/tanstack-react-query': '11.22.1',
      '@tanstack/react-query': '5.108.0',
      '@types/react': devDependencies['@types/react'],
      react: devDependencies['react'],
      superjson: devDependencies['superjson'],
    },
    ...(JSON.parse(`{${codeOn('docs/client.md', '"overrides": {')}}`) as object),
  });
  await run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts');

  const entries = ['client/index.ts', 'client/react.ts'].map((file) => join(root, file));
  write('emit.json', {
    compilerOptions: {
      ...options,
      rootDir: root,
      outDir: 'types',
      declaration: true,
      emitDeclarationOnly: true,
      allowImportingTsExtensions: true,
      exactOptionalPropertyTypes: true,
    },
    files: [...entries, join(root, 'tests/support/host-router.ts')],
  });
  await run(process.execPath, tsc, '-p', 'emit.json');
  await build({
    entryPoints: entries,
    outdir: join(folder, 'client'),
    bundle: true,
    packages: 'external',
    format: 'esm',
  });
});

const component = `
import { QueryClient, useMutation, useQuery } from '@tanstack/react-query';
import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { createTRPCContext, createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import superjson from 'superjson';

import { authLink, refusalOf, sessionOf } from './types/client/index.js';
import { useSession } from './types/client/react.js';
import type { HostRouter } from './types/tests/support/host-router.js';

const options = { url: '/trpc', transformer: superjson };
const link = authLink<HostRouter>(options);
const client = createTRPCClient<HostRouter>({ links: [link, httpBatchStreamLink(options)] });
export const proxy = createTRPCOptionsProxy<HostRouter>({ client, queryClient: new QueryClient() });
const { useTRPC } = createTRPCContext<HostRouter>();

export function useLogin(): string {
  const state = useSession(sessionOf(link));
  const login = useMutation(useTRPC().auth.login.mutationOptions());
  if (state.status === 'signedIn') return state.user.email;
  const refusal = refusalOf(login.error);
  switch (refusal?.reason) {
    case 'WRONG_CREDENTIALS':
    case 'ACCOUNT_DISABLED':
    case 'TOKEN_NOT_FOR_PAGES':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return 'no';
    case 'BUSY':
    case 'RATE_LIMITED':
      return String(refusal.retryAfterSeconds);
    case 'UNEXPECTED':
      return refusal.requestId;
    case undefined:
      return 'none';
  }
}

export function useSecret(): string | undefined {
  const secret = useQuery(useTRPC().secret.queryOptions());
  const refusal = refusalOf(secret.error);
  switch (refusal?.reason) {
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'ORIGIN_REFUSED':
    case 'BUSY':
    case 'UNEXPECTED':
      return refusal.reason;
    default:
      refusal satisfies undefined;
      return secret.data;
  }
}

// @ts-expect-error a case is missing, so not every way returns
export function useMe(): string {
  const me = useQuery(proxy.auth.me.queryOptions());
  const refusal = refusalOf(me.error);
  switch (refusal?.reason) {
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
    case 'RATE_LIMITED':
    case 'BUSY':
    case 'UNEXPECTED':
    case undefined:
      return me.data?.user.email ?? 'nobody';
  }
}

export function useWrong(): boolean {
  const me = useQuery(proxy.auth.me.queryOptions());
  // @ts-expect-error not a refusal of this procedure
  return refusalOf(me.error)?.reason === 'WRONG_CREDENTIALS';
}
`;

test('refusals stay closed unions with TanStack Query, on a host with superjson', async () => {
  write('component.ts', component);
  write('component.json', { compilerOptions: { ...options, noEmit: true, types: [] }, files: ['component.ts'] });
  expect(await run(process.execPath, tsc, '-p', 'component.json')).toBe('');
});

const program = `
import { MutationObserver, QueryClient } from '@tanstack/react-query';
import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import superjson from 'superjson';

import { authLink, memoryStorage, refusalOf, sessionOf } from './client/index.js';

const [, , url, email, password] = process.argv;
const options = { url, transformer: superjson };
const link = authLink({ ...options, storage: memoryStorage() });
const client = createTRPCClient({ links: [link, httpBatchStreamLink(options)] });
const queryClient = new QueryClient();
const trpc = createTRPCOptionsProxy({ client, queryClient });
const session = sessionOf(link);

const login = new MutationObserver(queryClient, trpc.auth.login.mutationOptions());
await login.mutate({ email, password: 'not ' + password }).catch(() => undefined);
const { error } = login.getCurrentResult();
await login.mutate({ email, password });
const me = await queryClient.fetchQuery(trpc.auth.me.queryOptions());
const now = await queryClient.fetchQuery(trpc.now.queryOptions());
console.log(JSON.stringify([refusalOf(error), refusalOf(login.getCurrentResult().error), me.user.email, now, session.get().status]));
session.subscribe(({ status }) => console.log(status));
`;

test('calls of ours go through the link when TanStack Query makes them', async () => {
  await using app = await testApp();
  await using host = await hostOf(app);
  await app.client().register.mutate(ada);
  write('program.mjs', program);
  const lines = (await run(process.execPath, 'program.mjs', host.url, ada.email, ada.password)).trim().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toEqual([
    { reason: 'WRONG_CREDENTIALS' },
    null,
    ada.email,
    new Date(0).toJSON(),
    'loading',
  ]);
  expect(lines.slice(1)).toEqual(['signedIn']);
});
