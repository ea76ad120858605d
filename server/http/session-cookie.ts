import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Credential } from '../deps.ts';
import { readToken } from '../kernel/token.ts';
import type { Secret } from '../kernel/token.ts';

/** Reads and writes the cookie that holds a session's token; nothing else does either. */
export interface SessionCookie {
  read(request: IncomingMessage): Credential;
  set(response: ServerResponse, token: Secret): void;
  clear(response: ServerResponse): void;
}

/** @param settings `publicUrl` decides on `Secure` and the `__Host-` prefix, `lifetimeSeconds` on `Max-Age` */
export function createSessionCookie(settings: { publicUrl: string; lifetimeSeconds: number }): SessionCookie {
  const isSecure = settings.publicUrl.startsWith('https:');
  // The prefix makes browsers refuse the cookie from a sibling domain or over plain http (ASVS 3.3.1, 3.3.3).
  const name = isSecure ? '__Host-latchkey_session' : 'latchkey_session';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;

  return {
    read(request) {
      const values = cookieValues(request, name);
      if (values.length === 0) return { kind: 'none' };
      // Of two cookies of one name nobody can tell which is meant.
      const token = values.length === 1 ? readToken(values[0] ?? '') : undefined;
      return token ? { kind: 'token', token } : { kind: 'unusable' };
    },
    set(response, token) {
      response.setHeader('Set-Cookie', `${name}=${token.reveal()}; Max-Age=${settings.lifetimeSeconds}; ${attributes}`);
    },
    clear(response) {
      response.setHeader('Set-Cookie', `${name}=; Max-Age=0; ${attributes}`);
    },
  };
}

function cookieValues(request: IncomingMessage, name: string): string[] {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}
