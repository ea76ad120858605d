import { getTRPCErrorShape } from '@trpc/server';
import type { AnyTRPCProcedure } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { describe, expect, test } from 'vitest';

import { makeContext } from '../../server/context.ts';
import { Refusal } from '../../server/kernel/refusal.ts';
import { generalRefusals } from '../../server/kernel/refusals.ts';
import type { RefusalRows } from '../../server/kernel/refusals.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { openApiDocument } from '../../server/openapi/document.ts';
import { appRouter } from '../../server/router.ts';
import { described } from '../support/described.ts';
import { rowsIn } from '../support/markdown.ts';
import { procedures } from '../support/procedures.ts';
import { sources, textOf } from '../support/sources.ts';

const document = await openApiDocument({ url: 'https://auth.example.org', cookieName: '__Host-latchkey_session' });
const description = described(document);

// tRPC keeps every procedure under its dotted path; its type has them nested.
const known = appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;
const addressOf = (path: string): string => `/api/${path.replaceAll('.', '/')}`;
const inJson = procedures.filter(({ type }) => type !== 'subscription');
const operationOf = ({ path, type }: { path: string; type: string }) => {
  const operation = description.at(type === 'query' ? 'get' : 'post', addressOf(path));
  if (!operation) throw new Error(`${path} is not described`);
  return operation;
};

test('every procedure is described at its address by its method, but for subscriptions, and nothing else is', () => {
  const expected = inJson.map(({ path, type }) => [addressOf(path), type === 'query' ? 'get' : 'post']);
  const found = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => [path, method]),
  );
  expect(found.toSorted()).toEqual(expected.toSorted());
  expect(found.length).toBeGreaterThan(30);
});

test('it says that subscriptions are left out, and where they are', () => {
  const streams = procedures.filter(({ type }) => type === 'subscription');
  expect(streams.length).toBeGreaterThan(0);
  for (const { path } of streams) expect(document.info.description).toContain(`GET /trpc/${path}`);
});

test('each operation has a name that is a word, and no other has it', () => {
  const ids = inJson.map((procedure) => operationOf(procedure).operationId);
  expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain('sessionsRevokeOthers');
});

test('an input of the right form is one that is described, and one with a field too many is not', () => {
  const withInput = inJson.filter(({ fields }) => fields.length > 0);
  expect(withInput.filter((one) => !description.takes(operationOf(one), one.input)).map(({ path }) => path)).toEqual(
    [],
  );
  for (const one of withInput)
    expect(description.takes(operationOf(one), { ...one.input, role: 'admin' }), `${one.path} with a role`).toBe(false);
});

test('what fields are bounded by stays, also where they are transformed', () => {
  const { properties = {} } = document.components.schemas['RegisterInput'] ?? {};
  expect(properties['email']).toMatchObject({ maxLength: 1024, description: expect.stringContaining('254 bytes') });
  expect(properties['deliver']).toMatchObject({ enum: ['cookie', 'token'] });
  expect(document.components.schemas['SessionsRevokeInput']?.properties?.['id']).toMatchObject({
    pattern: expect.stringContaining('[0-9a-fA-F]{8}'),
  });
});

// Nobody would read what is needed into what may be needed.
test('a session is needed where the procedure asks for one, and may be sent everywhere', () => {
  for (const procedure of inJson) {
    const { security } = operationOf(procedure);
    const needed = [{ bearerToken: [] }, { sessionCookie: [] }];
    expect(security, `of ${procedure.path}`).toEqual(procedure.assurance === 'none' ? [{}, ...needed] : needed);
  }
});

describe('the refusals of an operation', () => {
  test.each(inJson)('are those that $path lets out, with their status', async ({ path, type }) => {
    const leaving = await refusalsLetOutBy(path);
    const general = Object.entries(generalRefusals).map(([reason, [code]]) => `${reason} ${statusOf(code)}`);
    const ofBody = type === 'mutation' ? ['REQUEST_INVALID 413', 'REQUEST_INVALID 415'] : [];
    expect(description.reasonsOf(operationOf({ path, type })).toSorted()).toEqual(
      [...leaving, ...general, ...ofBody].toSorted(),
    );
  });

  test('include those that the table of procedures lists', () => {
    const rows = rowsIn(textOf('docs/procedures.md')).filter(([name = '']) => name.startsWith('`auth.'));
    for (const procedure of inJson) {
      const [, , , , listed = ''] = rows.find(([name]) => name === `\`${procedure.path}\``) ?? [];
      const reasons = [...listed.matchAll(/`([A-Z_]+)` (\d+)/g)].map(([, reason, status]) => `${reason} ${status}`);
      expect(reasons.length, `of ${procedure.path}`).toBeGreaterThan(0);
      expect(description.reasonsOf(operationOf(procedure)), `of ${procedure.path}`).toEqual(
        expect.arrayContaining(reasons),
      );
    }
  });
});

test('the document is the one that was reviewed', async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('openapi.json');
});

const statusOf = (code: Refusal['code']): number => getHTTPStatusCodeFromError({ code } as Refusal);

/** By throwing each refusal that there is: `EMAIL_TAKEN 409` where it leaves as itself, and not as a fault. */
async function refusalsLetOutBy(path: string): Promise<string[]> {
  const procedure = known[path];
  if (!procedure) throw new Error(`There is no ${path}`);
  // tRPC's type of a finished procedure leaves them out.
  const { middlewares } = procedure._def as unknown as { middlewares: ErrorMiddleware[] };
  const ctx = makeContext({ log: createLogger('silent', { write: () => {} }) } as never, {} as never, {} as never);
  const leaving: string[] = [];
  for (const [rows, reason] of await everyRefusal()) {
    const error = new Refusal(rows, reason);
    const thrown = async (): Promise<unknown> => await Promise.resolve({ ok: false, error });
    const shaping = middlewares.filter(({ _type: kind }) => kind === 'errors');
    await shaping.reduceRight((next, middleware) => async () => await middleware({ path, ctx, next }), thrown)();
    const call = { path, ctx, error, type: 'query' as const, input: undefined };
    const { data } = getTRPCErrorShape({ config: appRouter._def._config, ...call });
    if (data.refusal.reason === reason) leaving.push(`${reason} ${data.httpStatus}`);
  }
  return leaving;
}

type ErrorMiddleware = ((call: object) => Promise<unknown>) & { _type?: string };

/** Of each feature's contract. */
async function everyRefusal(): Promise<[RefusalRows, Uppercase<string>][]> {
  const contracts = sources.filter((file) => /^server\/features\/[\w-]+\/contract\.ts$/.test(file));
  const modules = await Promise.all(
    contracts.map(async (file) => (await import(/* @vite-ignore */ `../../${file}`)) as Record<string, RefusalRows>),
  );
  const sets = modules.flatMap((module) =>
    Object.entries(module)
      .filter(([name]) => name.endsWith('Refusals'))
      .map(([, rows]) => rows),
  );
  expect(sets.length).toBeGreaterThan(15);
  return sets.flatMap((rows) =>
    Object.keys(rows).map((reason) => [rows, reason as Uppercase<string>] as const),
  ) as never;
}
