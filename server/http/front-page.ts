import type { ServerResponse } from 'node:http';

import { openApiDocument } from '../openapi/document.ts';
import { sessionCookieName } from './session-cookie.ts';

/** Sends the page for developers, which is made once, when somebody asks for it. */
export function createFrontPage({ publicUrl }: { publicUrl: string }) {
  const make = async () => {
    const { frontPage } = await import('../front-page/page.ts');
    return frontPage(await openApiDocument({ url: publicUrl, cookieName: sessionCookieName({ publicUrl }) }));
  };
  let made: ReturnType<typeof make> | undefined;
  return async (response: ServerResponse): Promise<void> => {
    const { html, contentSecurityPolicy } = await (made ??= make());
    response.setHeader('Content-Security-Policy', contentSecurityPolicy);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html);
  };
}
