import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import { getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from '@trpc/server';
import type { AnyTRPCProcedure } from '@trpc/server';
import { getHTTPStatusCode } from '@trpc/server/http';

import type { AuthContext } from '../auth-context.ts';
import { appRouter } from '../router.ts';
import { readText, refuseOtherThanJson } from './body.ts';
import type { CreateContext } from './any-request.ts';
import { maxBatchSize, retryAfter } from './rpc.ts';

// tRPC keeps every procedure under its dotted path; its type has them nested.
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;
const typeOf: Readonly<Record<string, 'query' | 'mutation'>> = { GET: 'query', POST: 'mutation' };

/** The calls of one request, as far as its head tells. */
interface Calls {
  paths: string[];
  type: 'query' | 'mutation';
  isBatch: boolean;
  /** Of a query, as it stands in the address. */
  input: string;
}

type Ctx = { auth: AuthContext };
type Answer = { result: { data: unknown } } | { error: ReturnType<typeof getTRPCErrorShape> };

/**
 * Answers plain queries and mutations of tRPC's protocol, single and in batches, without the Request,
 * Response and streams that its adapter makes of each. Whatever else there is goes to the adapter as it came.
 */
export function createQuickRpc(createContext: CreateContext, adapter: RequestListener) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const calls = callsIn(request);
    if (calls) await answer(request, response, { calls, createContext });
    else adapter(request, response);
  };
}

/** `undefined` for whatever is not plainly this: the adapter then says what is wrong with it, if anything is. */
function callsIn({ method = '', url = '', headers }: IncomingMessage): Calls | undefined {
  const type = typeOf[method];
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  const isJson = mediaType === 'application/json' || (mediaType === undefined && type === 'query');
  if (!type || !isJson || !isPlain(url) || !isHost(headers.host)) return undefined;
  // Answers in parts.
  if (headers['trpc-accept'] !== undefined || headers.accept?.includes('jsonl')) return undefined;

  const [pathname = '', ...queries] = url.split('?');
  const query = new URLSearchParams(queries.join('?'));
  const isBatch = query.get('batch') === '1';
  const path = pathname.slice('/trpc/'.length);
  const paths = isBatch ? path.split(',') : [path];
  const isKnown = paths.every((one) => procedures[one]?._def.type === type);
  if (!isKnown || paths.length > maxBatchSize || query.has('connectionParams')) return undefined;
  return { paths, type, isBatch, input: (type === 'query' && query.get('input')) || '' };
}

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

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { calls, createContext }: { calls: Calls; createContext: CreateContext },
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
  const ctx = createContext({ req: request, res: response, info: { accept: null } });
  const inputs = inputsIn(text, isBatch);
  const errors: TRPCError[] = [];
  const answers = await Promise.all(
    paths.map(async (path, batchIndex): Promise<Answer> => {
      try {
        if (refused) throw refused;
        const getRawInput = async (): Promise<unknown> => inputs(batchIndex);
        const data: unknown = await procedures[path]?.({ path, getRawInput, ctx, type, signal: undefined, batchIndex });
        return { result: { data } };
      } catch (cause) {
        const error = getTRPCErrorFromUnknown(cause);
        errors.push(error);
        return { error: shapeOf(error, { path, type, ctx }) };
      }
    }),
  );
  send(response, isBatch ? answers : answers[0], errors);
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
function send(response: ServerResponse, body: unknown, errors: TRPCError[]): void {
  const status = getHTTPStatusCode(body as Parameters<typeof getHTTPStatusCode>[0], errors);
  if (response.statusCode === 200) response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  for (const [name, value] of Object.entries(retryAfter(errors))) response.setHeader(name.toLowerCase(), value);
  response.setHeader('vary', 'trpc-accept, accept, Origin');
  response.end(JSON.stringify(body));
}
