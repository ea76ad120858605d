import type { Config } from '../../server/config.ts';
import { isLoopback } from '../../server/kernel/origin.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import { siteOf } from './sites.ts';

/** Whether browsers send the session's cookie from the pages that are to have it. */
export function checkOrigins({
  publicUrl,
  appUrl,
  corsOrigins,
}: Pick<Config, 'publicUrl' | 'appUrl' | 'corsOrigins'>): Finding[] {
  const pages = new Map([
    ...(corsOrigins ?? []).map((origin) => [origin, 'CORS_ORIGINS'] as const),
    [appUrl, 'APP_URL'],
  ]);
  const elsewhere = [...pages].filter(([origin]) => siteOf(origin) !== siteOf(publicUrl));
  if (elsewhere.length === 0) return [ok('origins.site', `Pages and server are on one site, ${siteOf(publicUrl)}`)];
  return elsewhere.map(([origin, setting]) => {
    const said = `${setting} has ${origin}, which is another site than PUBLIC_URL, ${publicUrl}: browsers keep no cookie of it there, and nobody stays signed in`;
    return isLoopback(publicUrl)
      ? fault('origins.site', `${said}. Use the same host in both, such as localhost`)
      : warning(
          'origins.site',
          `${said}. Bring both below one domain, such as app.example.com and auth.example.com, or give the client a storage for a bearer token (docs/origins.md)`,
        );
  });
}
