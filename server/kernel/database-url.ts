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
  // The driver would guess at a stray % or space, and decode the rest another time.
  if (/ |%(?![\da-f]{2})/i.test(url)) return unencoded;
  if (!URL.canParse(url)) return faultOfUnreadable(url);
  const { username, password, hostname, pathname, search, hash, searchParams } = new URL(url);
  if (/@|\/.*\//.test(pathname + search.replaceAll('/', '')) || hash !== '') return unencoded;
  const host = decoded(hostname);
  if (host === undefined || [username, password, pathname].map(decoded).includes(undefined)) return unencoded;
  const names = [...searchParams.keys()];
  if (names.some((name) => !parameters.includes(name)) || new Set(names).size < names.length) {
    return `may have only ${parameters.join(', ')} after the question mark, each once`;
  }
  if (host === '') return noHost;
  if (!/^[!-~]+$/.test(host)) return 'must name its host in ASCII: others look like it, and are read in several ways';
  return faultOfMode(host, searchParams.get('sslmode'));
}

function faultOfUnreadable(url: string): string {
  if (/^\w+:\/\/[^/]*@(:\d*)?\//.test(url)) return noHost;
  const withoutPort = url.replace(/:\d+(?=([/?][^@]*)?$)/, '');
  return URL.canParse(withoutPort) ? 'must have a port of 65535 at most' : unencoded;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

const unencoded =
  'cannot be read: in user and password / is written %2F, @ is %40, # is %23, ? is %3F, a space is %20 and % is %25, and one name of a database ends it';

const noHost =
  'must name a host; a socket is written as one, such as postgres://user@%2Fvar%2Frun%2Fpostgresql/latchkey';

// Hashes of passwords across a network in clear text only where somebody said so (ASVS 12.3.1).
function faultOfMode(host: string, mode: string | null): string | undefined {
  if (mode === 'verify-full' || mode === 'disable') return undefined;
  // As it is written: what a resolver would make of another name is not known here.
  const isHere = host.startsWith('/') || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host);
  if (isHere)
    return mode === null ? undefined : 'may leave sslmode out, or have sslmode=verify-full or sslmode=disable';
  return 'must end in ?sslmode=verify-full, because the host is another machine; sslmode=disable says that nobody listens in between';
}
