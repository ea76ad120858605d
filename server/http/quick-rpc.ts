import type { IncomingMessage, ServerResponse } from 'node:http';

import { getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from '@trpc/server';
import type { AnyTRPCProcedure } from '@trpc/server';
import { getHTTPStatusCode } from '@trpc/server/http';

import type { AuthContext } from '../auth-context.ts';
import { appRouter } from '../router.ts';
import { readText, refuseOtherThanJson } from './body.ts';
import type { CreateContext } from './any-request.ts';
import { callProcedure } from './call-procedure.ts';
import { WholeHead } from './response-head.ts';
import { maxBatchSize, retryAfter } from './rpc.ts';

// tRPC keeps every procedure under its dotted path; its type has them nested.
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;
const typeOf: Readonly<Record<string, 'query' | 'mutation'>> = { GET: 'query', POST: 'mutation' };

/** The calls of one request, as far as its head tells. */
export interface Calls {
  paths: string[];
  type: 'query' | 'mutation';
  isBatch: boolean;
  /** Of a query, as it stands in the address. */
  input: string;
}

type Ctx = { auth: AuthContext };
type Answer = { result: { data: unknown } } | { error: ReturnType<typeof getTRPCErrorShape> };

/**
 * Plain queries and mutations of tRPC's protocol, single and in batches, which are answered without the Request,
 * Response and streams that its adapter makes of each. `undefined` for whatever is not plainly this: the adapter
 * then says what is wrong with it, if anything is.
 */
export function callsIn({ method = '', url = '', headers }: IncomingMessage): Calls | undefined {
  const type = typeOf[method];
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  const isJson = mediaType === 'application/json' || (mediaType === undefined && type === 'query');
  if (!type || !isJson || !isPlain(url) || !isHost(headers.host)) return undefined;
  // Answers in parts.
  if (headers['trpc-accept'] !== undefined || headers.accept?.includes('jsonl')) return undefined;

  const [pathname = '', ...queries] = url.split('?');
  const query = queries.length > 0 ? new URLSearchParams(queries.join('?')) : noQuery;
  const isBatch = query.get('batch') === '1';
  const path = pathname.slice('/trpc/'.length);
  const paths = isBatch ? path.split(',') : [path];
  const isKnown = paths.every((one) => procedures[one]?._def.type === type);
  if (!isKnown || paths.length > maxBatchSize || query.has('connectionParams')) return undefined;
  return { paths, type, isBatch, input: (type === 'query' && query.get('input')) || '' };
}

const noQuery = new URLSearchParams();

// What a URL is read as, as it stands there.
const isPlain = (url: string): boolean => /^[!"$-~]+$/.test(url);

let lastHost: string | undefined;

/** Whether it can be part of a URL. Nearly always it is the one of the last request. */
function isHost(host: string | undefined): boolean {
  if (host === lastHost) return host !== undefined;
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  lastHost = host;
  return true;
}

/** @param always the headers of every answer */
export function createQuickRpc(createContext: CreateContext, always: ReadonlyMap<string, string>) {
  const headers = [...always].flat();
  return async (request: IncomingMessage, response: ServerResponse, calls: Calls): Promise<void> =>
    await answer(request, new WholeHead(response, headers), { calls, createContext, response });
}

async function answer(
  request: IncomingMessage,
  head: WholeHead,
  { calls, createContext, response }: { calls: Calls; createContext: CreateContext; response: ServerResponse },
): Promise<void> {
  const { paths, type, isBatch } = calls;
  let refused: unknown = refuseOtherThanJson(request);
  let text = calls.input;
  // Before anything is done, as the adapter has it.
  if (!refused && type === 'mutation') {
    text = await readText(request, response).catch((error: unknown) => {
      refused = error;
      return '';
    });
  }
  const ctx = createContext({ req: request, res: response, info: { accept: null } }, head);
  const inputs = inputsIn(text, isBatch);
  const errors: TRPCError[] = [];
  const answers = await Promise.all(
    paths.map(async (path, batchIndex): Promise<Answer> => {
      try {
        if (refused) throw refused;
        const getRawInput = async (): Promise<unknown> => inputs(batchIndex);
        const procedure = procedures[path];
        const options = { path, getRawInput, ctx, type, signal: undefined, batchIndex };
        const data: unknown = procedure && (await callProcedure(procedure, options));
        return { result: { data } };
      } catch (cause) {
        const error = getTRPCErrorFromUnknown(cause);
        errors.push(error);
        return { error: shapeOf(error, { path, type, ctx }) };
      }
    }),
  );
  send(head, isBatch ? answers : answers[0], errors);
}

/** Read when the first procedure asks for its input, so that what is wrong with it is a fault of the call. */
function inputsIn(text: string, isBatch: boolean): (index: number) => unknown {
  let read: unknown;
  return (index) => {
    if (text === '') return undefined;
    read ??= parsed(text);
    if (!isBatch) return read;
    if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new TRPCError({ code: 'BAD_REQUEST' });
    return (read as Record<number, unknown>)[index];
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause });
  }
}

const shapeOf = (error: TRPCError, call: { path: string; type: 'query' | 'mutation'; ctx: Ctx }) =>
  getTRPCErrorShape({ config: appRouter._def._config, error, input: undefined, ...call });

/** With the head that the adapter writes, but for the length in the place of parts. */
function send(head: WholeHead, body: unknown, errors: TRPCError[]): void {
  head.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(retryAfter(errors))) head.set(name.toLowerCase(), value);
  head.set('vary', 'trpc-accept, accept, Origin');
  head.end(getHTTPStatusCode(body as Parameters<typeof getHTTPStatusCode>[0], errors), JSON.stringify(body));
}
