import type { AnyTRPCProcedure } from '@trpc/server';
import { z } from 'zod';

import { appRouter } from '../../server/router.ts';
import { ada } from './test-app.ts';
import type { TestApp } from './test-app.ts';

/** One procedure, as the router itself has it: what is added there is in every test over all of them. */
export interface Procedure {
  path: string;
  type: 'query' | 'mutation';
  /** The names of its input's fields. */
  fields: string[];
  /** An input that it takes, of the person that `ada` is. */
  input: Record<string, unknown>;
}

// tRPC keeps every procedure under its dotted path; its type has them nested.
const known = appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;

export const procedures: Procedure[] = Object.entries(known).map(([path, { _def }]) => {
  if (_def.type === 'subscription') throw new Error(`Say how the subscription ${path} is called`);
  // Ours are zod's, all of them; tRPC takes those of any library.
  const schemas = _def.inputs.map((input) =>
    z.toJSONSchema(input as z.ZodType, { io: 'input', unrepresentable: 'any' }),
  );
  const fields = schemas.flatMap(({ properties }) => Object.keys(properties ?? {}));
  const required = schemas.flatMap(({ required: names }) => names ?? []);
  return { path, type: _def.type, fields, input: Object.fromEntries(required.map((name) => [name, sampleOf(name)])) };
});

/** Those without a schema for their answer, which would let out whatever a service returns. */
export const withoutOutput = Object.entries(known)
  // tRPC's type leaves it out.
  .filter(([, { _def }]) => !('output' in _def && _def.output))
  .map(([path]) => path);

export const mutations = procedures.filter(({ type }) => type === 'mutation');

function sampleOf(field: string): unknown {
  if (field === 'email' || field === 'password') return ada[field];
  throw new Error(`Say in sampleOf of tests/support/procedures.ts what a right ${field} is`);
}

export const faces = ['/trpc/', '/api/'] as const;
export type Face = (typeof faces)[number];

/** Calls a procedure by its method, with its right input unless another one is given. */
export async function call(
  app: TestApp,
  [face, procedure]: [Face, Procedure],
  { input = procedure.input, headers = {} }: { input?: Record<string, unknown>; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { path, type } = procedure;
  const url = face + (face === '/api/' ? path.replaceAll('.', '/') : path);
  if (type === 'mutation') return await app.post(url, input, headers);
  return await app.get(`${url}?input=${encodeURIComponent(JSON.stringify(input))}`, headers);
}

/** `done`, or the reason of the refusal. */
export async function outcomeOf(response: Response): Promise<string> {
  const body = await response.json();
  return response.ok ? 'done' : (body.error?.data.refusal ?? body).reason;
}

/** Every procedure on every face. */
export const everyCall: [Face, Procedure][] = faces.flatMap((face) =>
  procedures.map((procedure): [Face, Procedure] => [face, procedure]),
);
