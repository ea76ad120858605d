import { isLoopback } from './origin.ts';

const parameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/**
 * What is wrong with the URL of a database, as the end of a sentence that repeats nothing of it, or
 * `undefined`. The driver takes more from a URL than a reader expects, such as another host, or a setting
 * that undoes one of ours; so only what is known here may stand in it.
 */
export function faultOfDatabaseUrl(url: string): string | undefined {
  if (url.startsWith('file:'))
    return /^file:.(?!.*:\/\/)/.test(url) ? undefined : 'must be file: and a path, such as file:./userAuth.db';
  if (!/^postgres(ql)?:\/\/./.test(url)) return 'must be file: and a path, such as file:./userAuth.db, or postgres://…';
  if (!URL.canParse(url)) return unencoded;
  const { hostname, pathname, search, hash, searchParams } = new URL(url);
  if (/@|\/.*\//.test(pathname + search.replaceAll('/', '')) || hash !== '') return unencoded;
  const names = [...searchParams.keys()];
  if (names.some((name) => !parameters.includes(name)) || new Set(names).size < names.length) {
    return `may have only ${parameters.join(', ')} after the question mark, each once`;
  }
  if (hostname === '') return 'must name a host; a socket is written as one, such as %2Fvar%2Frun%2Fpostgresql';
  return isSafe(hostname, searchParams.get('sslmode')) ? undefined : unsafe;
}

const unencoded =
  'cannot be read: in user and password / is written %2F, @ is %40, # is %23, ? is %3F and % is %25, and one name of a database ends it';

const unsafe =
  'must end in ?sslmode=verify-full, because the host is another machine; sslmode=disable says that nobody listens in between';

// Hashes of passwords across a network in clear text only where somebody said so (ASVS 12.3.1).
function isSafe(hostname: string, mode: string | null): boolean {
  if (mode !== null) return mode === 'verify-full' || mode === 'disable';
  return hostname.startsWith('%2F') || isLoopback(`http://${hostname}`);
}
