import type { IncomingMessage } from 'node:http';

import { TRPCError } from '@trpc/server';

/** Most bytes of a request's body, on either face. */
export const maxBodyBytes = 65_536;

/**
 * Only JSON is read. A page of any site can post a form, multipart or plain text without asking
 * first; it cannot post JSON without a preflight, which the origin check answers (ASVS 3.5.2).
 */
export function refuseOtherThanJson({ method, headers }: IncomingMessage): TRPCError | undefined {
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (method !== 'POST' || mediaType === 'application/json') return undefined;
  return new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' });
}

/**
 * The body as a value, `undefined` where it is empty.
 *
 * @throws TRPCError PAYLOAD_TOO_LARGE, PARSE_ERROR, CLIENT_CLOSED_REQUEST
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE' });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The socket stays open when the reading stops early: the refusal still has to be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', cause });
  }
  if (size > maxBodyBytes) throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE' });
  return parseJson(Buffer.concat(chunks).toString('utf8'));
}

export function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new TRPCError({ code: 'PARSE_ERROR' });
  }
}
