import type { IncomingMessage, ServerResponse } from 'node:http';

import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from '@trpc/server';
import type { AnyTRPCProcedure } from '@trpc/server';

import type { AuthContext } from '../auth-context.ts';
import type { ProcedureMeta } from '../kernel/procedure-meta.ts';
import { appRouter } from '../router.ts';
import { parseJson, readText, refuseOtherThanJson } from './body.ts';
import type { CreateContext } from './any-request.ts';
import { sendJson } from './send.ts';

// tRPC keeps every procedure under its dotted path; its type has them nested.
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;

/**
 * The same procedures as plain JSON, for whoever does not speak tRPC: `/api/auth/login` is
 * `auth.login`. A success is the output's fields, with a `message` where the procedure has one;
 * a refusal is `{ message, reason, … }`.
 */
export function createJsonHandler(createContext: CreateContext) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [pathname = '', query = ''] = (request.url ?? '').split('?', 2);
    const path = pathname.slice('/api/'.length).replaceAll('/', '.');
    const type = request.method === 'POST' ? ('mutation' as const) : ('query' as const);
    const ctx = createContext({ req: request, res: response });
    const readInput = async (): Promise<unknown> =>
      parseJson(
        type === 'mutation' ? await readText(request, response) : (new URLSearchParams(query).get('input') ?? ''),
      );
    // A body can be read once, and is asked for more often.
    let input: Promise<unknown> | undefined;
    try {
      const procedure = findProcedure(path, request, response);
      const data = await callTRPCProcedure({
        router: appRouter,
        path,
        type,
        ctx,
        getRawInput: async () => await (input ??= readInput()),
        signal: undefined,
        batchIndex: 0,
      });
      const meta: ProcedureMeta = procedure._def.meta ?? {};
      const message = messageOf(meta, data);
      sendJson(response, meta.status ?? 200, message === undefined ? data : Object.assign({ message }, data));
    } catch (cause) {
      sendRefusal(response, getTRPCErrorFromUnknown(cause), { path, type, ctx });
    }
  };
}

// Every output with several forms is told apart by its `status`.
const messageOf = ({ message }: ProcedureMeta, data: { status?: string } | null): string | undefined =>
  typeof message === 'object' ? message[data?.status ?? ''] : message;
// A stream has no place in one answer of JSON.
const methodsOf = { query: ['GET', 'HEAD'], mutation: ['POST'], subscription: [] as string[] };

function findProcedure(path: string, request: IncomingMessage, response: ServerResponse): AnyTRPCProcedure {
  const procedure = procedures[path];
  if (!procedure) throw new TRPCError({ code: 'NOT_FOUND' });
  const methods = methodsOf[procedure._def.type];
  if (!methods.includes(request.method ?? '')) {
    response.setHeader('Allow', methods.join(', '));
    throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' });
  }
  const refused = refuseOtherThanJson(request);
  if (refused) throw refused;
  return procedure;
}

/** An error as plain JSON: `{ message, reason, … , requestId }` under its status. */
export function sendRefusal(
  response: ServerResponse,
  error: TRPCError,
  call: { path: string; type: 'query' | 'mutation'; ctx: { auth: AuthContext } },
): void {
  const shape = getTRPCErrorShape({ config: appRouter._def._config, error, input: undefined, ...call });
  const { httpStatus, refusal, requestId } = shape.data;
  if ('retryAfterSeconds' in refusal) response.setHeader('Retry-After', refusal.retryAfterSeconds);
  sendJson(response, httpStatus, { message: shape.message, ...refusal, requestId });
}
