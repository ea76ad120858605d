import type { IncomingMessage, ServerResponse } from 'node:http';

import { TRPCError } from '@trpc/server';

import { openApiDocument } from '../openapi/document.ts';
import type { CreateContext } from './any-request.ts';
import { sendRefusal } from './json.ts';
import { sessionCookieName } from './session-cookie.ts';

/** Where the plain JSON face is described. */
export const openApiPath = '/api/auth/openapi.json';

/** Answers with that description, which is made once, when somebody asks for it. */
export function createOpenApiHandler({ publicUrl }: { publicUrl: string }, createContext: CreateContext) {
  let made: Promise<Buffer> | undefined;
  const make = async (): Promise<Buffer> =>
    Buffer.from(
      JSON.stringify(await openApiDocument({ url: publicUrl, cookieName: sessionCookieName({ publicUrl }) })),
    );
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const ctx = createContext({ req: request, res: response });
    if (request.method === 'POST') {
      response.setHeader('Allow', 'GET, HEAD');
      const error = new TRPCError({ code: 'METHOD_NOT_SUPPORTED' });
      return sendRefusal(response, error, { path: 'openapi', type: 'query', ctx });
    }
    const bytes = await (made ??= make());
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', bytes.length);
    response.end(bytes);
  };
}
