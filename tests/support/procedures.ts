import type { AnyTRPCProcedure } from '@trpc/server';
import { z } from 'zod';

import type { ProcedureMeta } from '../../server/kernel/procedure-meta.ts';
import { appRouter } from '../../server/router.ts';
import { reading } from './stream.ts';
import { ada } from './test-app.ts';
import type { TestApp } from './test-app.ts';

/** One procedure, as the router itself has it: what is added there is in every test over all of them. */
export interface Procedure {
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  /** The names of its input's fields. */
  fields: string[];
  /** How sure it has to be who is calling. */
  assurance: 'none' | 'signedIn' | 'recentlyVerified';
  /** An input that it takes, of the person that `ada` is. */
  input: Record<string, unknown>;
}

// tRPC keeps every procedure under its dotted path; its type has them nested.
const known = appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;

/** What a procedure needs whose fields may each be left out. */
const optional: Record<string, Record<string, unknown>> = { 'auth.account.update': { name: 'Ada' } };

/** Of the right form for a passkey that is made and for one that is used. */
const browsersAnswer = {
  id: 'aaaa',
  rawId: 'aaaa',
  type: 'public-key',
  response: { clientDataJSON: 'aaaa', attestationObject: 'aaaa', authenticatorData: 'aaaa', signature: 'aaaa' },
};

export const procedures: Procedure[] = Object.entries(known).map(([path, { _def }]) => {
  // Ours are zod's, all of them; tRPC takes those of any library.
  const schemas = _def.inputs.map((input) =>
    z.toJSONSchema(input as z.ZodType, { io: 'input', unrepresentable: 'any' }),
  );
  const fields = schemas.flatMap(({ properties }) => Object.keys(properties ?? {}));
  const required = schemas.flatMap(({ required: names }) => names ?? []);
  const meta: ProcedureMeta = _def.meta ?? {};
  return {
    path,
    type: _def.type,
    fields,
    assurance: meta.assurance ?? 'none',
    input: { ...Object.fromEntries(required.map((name) => [name, sampleOf(name)])), ...optional[path] },
  };
});

/** Those without a schema for their answer, which would let out whatever a service returns. */
export const withoutOutput = Object.entries(known)
  // tRPC's type leaves it out.
  .filter(([, { _def }]) => !('output' in _def && _def.output))
  .map(([path]) => path);

/** Those whose answer may say that somebody is signed in now. */
export const signingIn = Object.entries(known)
  .filter(([, { _def }]) => {
    // tRPC's type leaves it out, and ours are zod's.
    const { output } = _def as unknown as { output: z.ZodType };
    const schema = z.toJSONSchema(output, { unrepresentable: 'any', io: 'input' });
    return JSON.stringify(schema).includes('"signedIn"');
  })
  .map(([path]) => path);

export const mutations = procedures.filter(({ type }) => type === 'mutation');

function sampleOf(field: string): unknown {
  if (field === 'email' || field === 'password') return ada[field];
  // As it should be, and of nobody: what it opens is a test of its own.
  if (field === 'token' || field === 'proof' || field === 'ceremony') return 'a'.repeat(43);
  if (field === 'currentPassword') return ada.password;
  if (field === 'id') return '01a206d4-ffd6-7d39-b4b8-665215da9977';
  if (field === 'code') return '123456';
  if (field === 'factor') return { method: 'totp', code: '123456' };
  if (field === 'response') return browsersAnswer;
  if (field === 'name') return 'Ada';
  if (field === 'newPassword') return 'a horse of another colour';
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
  const answer = await app.get(`${url}?input=${encodeURIComponent(JSON.stringify(input))}`, headers);
  return type === 'subscription' ? await beginningOf(answer) : answer;
}

/** What a stream says first, in the form of a query's answer; then it is closed. Another answer is left as it is. */
export async function beginningOf(answer: Response): Promise<Response> {
  if (answer.headers.get('content-type') !== 'text/event-stream') return answer;
  const stream = reading(answer);
  const events = [await stream.next(), await stream.next()];
  await stream.close();
  const [, first] = events;
  const error = first?.event === 'serialized-error' ? (first.data as { data: { httpStatus: number } }) : undefined;
  const { headers } = answer;
  if (error) return Response.json({ error }, { status: error.data.httpStatus, headers });
  return Response.json({ result: { data: first?.data } }, { headers });
}

/** `done`, or the reason of the refusal. */
export async function outcomeOf(response: Response): Promise<string> {
  const body = await response.json();
  return response.ok ? 'done' : (body.error?.data.refusal ?? body).reason;
}

/** Every procedure on every face that it is on: a stream is no answer of plain JSON. */
export const everyCall: [Face, Procedure][] = faces.flatMap((face) =>
  procedures
    .filter(({ type }) => face === '/trpc/' || type !== 'subscription')
    .map((procedure): [Face, Procedure] => [face, procedure]),
);
