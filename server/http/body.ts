import type { IncomingMessage, ServerResponse } from 'node:http';

import { TRPCError } from '@trpc/server';

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
  const bytes = await readBytes(request);
  if (!bytes) {
    // The rest of the body is not read; the connection cannot be used again.
    response.setHeader('Connection', 'close');
    throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE' });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TRPCError({ code: 'PARSE_ERROR' });
  }
}

/** `undefined` where there are too many. */
async function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Node types the chunks of a stream as anything; without an encoding they are bytes.
    // The socket stays open when the reading stops early: the refusal still has to be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes) return undefined;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', cause });
  }
  return Buffer.concat(chunks);
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
