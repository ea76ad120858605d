import type { IncomingMessage, ServerResponse } from 'node:http';

import { TRPCError } from '@trpc/server';

import { endConnection } from './pipelining.ts';

/** Most bytes of a request's body, on either face. */
const maxBodyBytes = 65_536;

/**
 * Only JSON in UTF-8 is read. A page of any site can post a form, multipart or plain text without
 * asking first; it cannot post JSON without a preflight, which the origin check answers (ASVS 3.5.2).
 */
export function refuseOtherThanJson({ method, headers }: IncomingMessage): TRPCError | undefined {
  const [mediaType = '', ...parameters] = (headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const isUtf8 = parameters.every(
    (parameter) => !parameter.startsWith('charset=') || /^charset="?utf-8"?$/.test(parameter),
  );
  if (method !== 'POST' || (mediaType === 'application/json' && isUtf8)) return undefined;
  return new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' });
}

/**
 * The body as text, on either face. Bytes that are not UTF-8 are refused: replaced by U+FFFD, as
 * decoders do by default, different passwords would become one.
 *
 * @throws TRPCError PAYLOAD_TOO_LARGE, PARSE_ERROR, CLIENT_CLOSED_REQUEST
 */
export async function readText(request: IncomingMessage, response: ServerResponse): Promise<string> {
  const bytes = await readBytes(request, response);
  if (!bytes) throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TRPCError({ code: 'PARSE_ERROR' });
  }
}

/** `undefined` where there are too many; then nothing more is read from the connection. */
async function readBytes(request: IncomingMessage, response: ServerResponse): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  return await new Promise((resolve, reject) => {
    const refuse = (): void => {
      // Here and now: Node begins the next request on the connection before any promise is settled.
      endConnection(request, response);
      // What still comes is read and thrown away, so that the sender can read the refusal.
      request.off('data', keep).resume();
      resolve(undefined);
    };
    const keep = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBodyBytes) refuse();
      else chunks.push(chunk);
    };
    if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return refuse();
    request.on('data', keep);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', (cause) => reject(new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', cause })));
  });
}

/** The value of a text of JSON, `undefined` for an empty one. */
export function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new TRPCError({ code: 'PARSE_ERROR' });
  }
}
