import type { Secret } from '../kernel/token.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

/** Reads and writes the cookie that holds a session's token; nothing else does either. */
export interface SessionCookie {
  /** What stands in every session cookie of a request, in their order: it may be anything. */
  read(request: RequestHead): string[];
  set(response: ResponseHead, token: Secret): void;
  clear(response: ResponseHead): void;
}

/** The prefix makes browsers refuse the cookie from a sibling domain or over plain http (ASVS 3.3.1, 3.3.3). */
export const sessionCookieName = ({ publicUrl }: { publicUrl: string }): string =>
  publicUrl.startsWith('https:') ? '__Host-latchkey_session' : 'latchkey_session';

/** @param settings `publicUrl` decides on `Secure` and the `__Host-` prefix, `lifetimeSeconds` on `Max-Age` */
export function createSessionCookie(settings: { publicUrl: string; lifetimeSeconds: number }): SessionCookie {
  const isSecure = settings.publicUrl.startsWith('https:');
  const name = sessionCookieName(settings);
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;

  // A host's own cookies stay; of ours there is one, the last that was set.
  function put(response: ResponseHead, cookie: string): void {
    const others = response.cookies().filter((one) => !one.startsWith(`${name}=`));
    response.setCookies([...others, `${name}=${cookie}; ${attributes}`]);
  }

  return {
    read(request) {
      // Space and tab only (RFC 6265 §5.2): JavaScript's trim also takes U+00A0, and a cookie whose name
      // begins with that byte is one that any sibling domain may set, whatever prefix follows.
      const text = request.values('cookie').join(';');
      const pairs = text.split(';').map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ''));
      return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
    },
    set: (response, token) => put(response, `${token.reveal()}; Max-Age=${settings.lifetimeSeconds}`),
    // All that a logout clears (ASVS 14.3.1), because there is no more: answers are never stored. Of
    // `Clear-Site-Data`, "cookies" and "storage" would take what other programs of the host keep in this
    // browser, and "cache" the page's own files, and the answer would wait for it.
    clear: (response) => put(response, '; Max-Age=0'),
  };
}
