import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import { seconds } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Metrics } from '../kernel/metrics.ts';
import { isLoopback } from '../kernel/origin.ts';
import { createClientIp } from './client-ip.ts';
import { connectionLimits, limitConnections } from './connections.ts';
import type { ConnectionLimits } from './connections.ts';
import { createCors } from './cors.ts';
import type { CreateContext } from './any-request.ts';
import { sendLiveness, sendReadiness } from './health.ts';
import { createFrontPage } from './front-page.ts';
import { createJsonHandler } from './json.ts';
import { jwksPath, sendKeys } from './jwks.ts';
import { createOpenApiHandler, openApiPath } from './openapi.ts';
import { createOriginCheck } from './origin-check.ts';
import type { OriginRule } from './origin-check.ts';
import { endConnection, isInTurn } from './pipelining.ts';
import { headOfNode, valuesIn } from './request-head.ts';
import { callsIn, createQuickRpc } from './quick-rpc.ts';
import { createRpcHandler } from './rpc.ts';
import { securityHeadersFor } from './security-headers.ts';
import { sendJson } from './send.ts';
import { createStreams, isStream } from './streams.ts';
import type { Streams } from './streams.ts';
import { sendVerdict, verifyPath } from './verify.ts';

export interface Faces {
  createContext: CreateContext;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** The public keys for those who verify tokens; `null` where none are made. */
  jwks(): Promise<object | null>;
  log: Logger;
  metrics: Metrics;
}

type HandlerConfig = OriginRule & { trustedProxies: string[]; quickTrpc: 'on' | 'off' };

export interface RunningServer {
  /** The port it listens on: the one asked for, or the free one it was given for 0. */
  port: number;
  /** Stops taking connections and resolves when every request under way is answered, or the time is over. */
  drain(): Promise<void>;
}

const drainTime = seconds(10);
const pauseBetweenLooks = seconds(0.05);

/**
 * Serves tRPC under `/trpc`, plain JSON under `/api`, the keys of tokens, and the health of the process.
 *
 * @throws the error of `listen`, such as `EADDRINUSE`
 */
export async function serve(
  faces: Faces,
  config: HandlerConfig & { host: string; port: number },
  limits: ConnectionLimits = connectionLimits,
): Promise<RunningServer> {
  const streams = createStreams();
  const handle = handler({ ...faces, streams }, config);
  const server = createServer(limits, handle);
  limitConnections(server, limits, faces.log);
  // Node would answer an `Expect` that it does not know by itself; a server may ignore it (RFC 9110 §10.1.1).
  server.on('checkExpectation', handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : config.port,
    drain: async () => await drain(server, streams, faces.log),
  };
}

function handler(faces: Faces & { streams: Streams }, config: HandlerConfig) {
  const clientIp = createClientIp(config.trustedProxies);
  const always = securityHeadersFor(config);
  const cors = createCors(createOriginCheck(config));
  const adapter = faces.streams.watched(createRpcHandler({ ...faces, clientIp }));
  const quickRpc = createQuickRpc(faces.createContext, always);
  const json = createJsonHandler(faces.createContext);
  const openApi = createOpenApiHandler(config, faces.createContext);
  // For developers: in production there is none.
  const frontPage = isLoopback(config.publicUrl) ? createFrontPage(config) : undefined;

  return (request: IncomingMessage, response: ServerResponse): void => {
    const lastResort = (err: unknown): void => {
      const requestId = response.getHeader('X-Request-Id');
      faces.log.error({ event: 'request.failed', requestId, address: clientIp(headOfNode(request)), err });
      response.destroy();
    };
    if (!isInTurn(request, response)) return;
    const face = faceOf(request);
    const ended = faces.metrics.request();
    response.on('close', () => {
      ended(isStream(response) ? 'stream' : face, response.headersSent ? String(response.statusCode) : 'none');
    });
    const fault = faultOfHead(request);
    const calls = config.quickTrpc === 'on' && face === 'trpc' && !fault ? callsIn(request) : undefined;
    if (!calls) response.setHeaders(always).setHeader('Vary', 'Origin');
    // No protocol but this one is spoken here (RFC 9110 §7.8), and Node reads no request behind one that asks for another.
    if (request.headers.upgrade !== undefined) endConnection(request, response);
    const refuse = (fault: Fault): void => {
      const about = { requestId: newId(), address: clientIp(headOfNode(request)) };
      response.setHeader('X-Request-Id', about.requestId);
      if (fault.status === 405) response.setHeader('Allow', methods.join(', '));
      faces.log.info({ event: 'procedure.refused', ...about, reason: 'REQUEST_INVALID', status: fault.status });
      sendJson(response, fault.status, {
        message: fault.message,
        reason: 'REQUEST_INVALID',
        requestId: about.requestId,
      });
    };
    if (fault) return refuse(fault);
    if (face === 'jwks') return void sendKeys(request, response, faces).catch(lastResort);
    cors(request, response, () => {
      if (request.method === 'OPTIONS') sendMethods(response);
      else if (calls) quickRpc(request, response, calls).catch(lastResort);
      else if (face === 'trpc') adapter(request, response);
      else if (face === 'openapi') openApi(request, response).catch(lastResort);
      else if (face === 'verify') sendVerdict(request, response, faces.createContext).catch(lastResort);
      else if (face === 'json') json(request, response).catch(lastResort);
      else if (face === 'livez') sendLiveness(response);
      else if (face === 'readyz') sendReadiness(response, { db: faces, log: faces.log }).catch(lastResort);
      else if (face === 'page' && frontPage && isForDeveloper(request)) frontPage(response).catch(lastResort);
      else refuse({ status: 404, message: 'There is nothing at this address.' });
    });
  };
}

/** Who comes by another name does so from elsewhere, also where PUBLIC_URL was forgotten. */
const isForDeveloper = ({ method, headers }: IncomingMessage): boolean =>
  method !== 'POST' && isLoopback(`http://${headers.host}`);

type Face = 'trpc' | 'json' | 'openapi' | 'verify' | 'jwks' | 'livez' | 'readyz' | 'page' | 'none';

function faceOf({ url = '' }: IncomingMessage): Face {
  const [path = ''] = url.split('?', 1);
  if (rpcPath.test(path)) return 'trpc';
  if (path === openApiPath) return 'openapi';
  if (path === verifyPath) return 'verify';
  if (jsonPath.test(path)) return 'json';
  if (path === jwksPath) return 'jwks';
  if (path === '/livez') return 'livez';
  if (path === '/') return 'page';
  return path === '/readyz' ? 'readyz' : 'none';
}

// One spelling for each procedure: a proxy in front may limit or deny by path.
const rpcPath = /^\/trpc\/[A-Za-z.]+(,[A-Za-z.]+)*$/;
const jsonPath = /^\/api\/[A-Za-z]+(\/[A-Za-z]+)*$/;

const methods = ['GET', 'HEAD', 'POST', 'OPTIONS'];

interface Fault {
  status: number;
  message: string;
}

/** What is wrong with a request before anything looks at where it wants to go. */
function faultOfHead(request: IncomingMessage): Fault | undefined {
  if (!methods.includes(request.method ?? ''))
    return { status: 405, message: 'Only GET, HEAD, POST and OPTIONS are answered.' };
  const [host = 'none', ...others] = valuesIn(request, 'host');
  if (others.length > 0 || !/^[\w.:[\]-]+$/.test(host))
    return { status: 400, message: 'The header Host cannot be read.' };
  return undefined;
}

// A preflight that comes this far is of an origin that may not call: without CORS headers the browser stops here.
function sendMethods(response: ServerResponse): void {
  response.writeHead(204, { Allow: methods.join(', ') }).end();
}

async function drain(server: Server, streams: Streams, log: Logger): Promise<void> {
  server.prependListener('request', (_request, response: ServerResponse) => response.setHeader('Connection', 'close'));
  // A connection that its client keeps alive would hold the server open after its last answer.
  // A stream ends when somebody ends it; its client connects again, to another instance.
  streams.end();
  const closingIdle = setInterval(() => {
    streams.end();
    server.closeIdleConnections();
  }, pauseBetweenLooks);
  const tooLate = setTimeout(() => {
    log.warn({ event: 'server.cutOff' }, 'Some requests took too long and were cut off');
    server.closeAllConnections();
  }, drainTime);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(closingIdle);
  clearTimeout(tooLate);
}
