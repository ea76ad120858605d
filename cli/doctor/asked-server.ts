import type { Config } from '../../server/config.ts';
import { securityHeadersFor } from '../../server/http/security-headers.ts';
import { seconds } from '../../server/kernel/clock.ts';
import { isLoopback } from '../../server/kernel/origin.ts';
import { clockFinding } from './clock.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

const patience = seconds(10);

/** Asks without following anything, and within ten seconds. */
export const ask = async (url: string, init: RequestInit = {}): Promise<Response> =>
  await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(patience) });

/** What a running server looks like from outside, through whatever stands in front of it. */
export async function checkServer(
  origin: string,
  config: Pick<Config, 'publicUrl' | 'appUrl' | 'corsOrigins'>,
  machine: Machine,
): Promise<{ isReached: boolean; findings: Finding[] }> {
  const before = machine.now().getTime();
  let answer: Response;
  try {
    answer = await ask(`${origin}/api/auth/me`);
  } catch (error) {
    return {
      isReached: false,
      findings: [
        fault(
          'server.reach',
          `${origin} cannot be reached: ${reasonOf(error)}. Start the server, and let the proxy lead there`,
        ),
      ],
    };
  }
  const between = (before + machine.now().getTime()) / 2;
  if (answer.status !== 200 || !answer.headers.has('x-request-id')) {
    const said = `${origin}/api/auth/me is answered with ${answer.status}, and not by Latchkey`;
    return {
      isReached: false,
      findings: [
        fault(
          'server.reach',
          `${said}. Let the proxy pass /api and /trpc to PORT, with their headers; an app of your own has no plain JSON, and cannot be asked`,
        ),
      ],
    };
  }
  return {
    isReached: true,
    findings: [
      ok('server.reach', `${origin} answers`),
      ...checkAddress(origin, config),
      ...checkHeaders(answer.headers, config),
      ...(await checkPreflights(origin, config)),
      ...checkClock(answer.headers.get('date'), between),
    ],
  };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

function checkAddress(origin: string, { publicUrl }: Pick<Config, 'publicUrl'>): Finding[] {
  if (isLoopback(publicUrl)) return [];
  if (origin.startsWith('http:') && !isLoopback(origin))
    return [
      fault(
        'server.https',
        `${origin} answers without https: passwords and cookies cross the network in clear text. Let the proxy send visitors to https`,
      ),
    ];
  if (origin === publicUrl) return [];
  return [
    warning(
      'server.address',
      `${origin} was asked, but browsers ask ${publicUrl}: what stands in front of it was not seen. Ask with --url ${publicUrl}`,
    ),
  ];
}

function checkHeaders(headers: Headers, config: Pick<Config, 'publicUrl'>): Finding[] {
  const expected = [...securityHeadersFor(config)];
  // A proxy may say more of transport security than we do.
  const wrong = expected.filter(([name, value]) =>
    name === 'Strict-Transport-Security' ? !headers.has(name) : headers.get(name) !== value,
  );
  if (wrong.length === 0) return [ok('server.headers', 'Answers carry every security header')];
  const names = wrong.map(([name]) => name).join(', ');
  return [
    fault(
      'server.headers',
      `Answers lack security headers of ours, or have them otherwise: ${names}. Let the proxy pass them on, and start the server with the PUBLIC_URL of here`,
    ),
  ];
}

/** What a browser asks before a page of another origin may call. */
async function checkPreflights(
  origin: string,
  { publicUrl, appUrl, corsOrigins }: Pick<Config, 'publicUrl' | 'appUrl' | 'corsOrigins'>,
): Promise<Finding[]> {
  const pages = [...new Set([appUrl, ...(corsOrigins ?? [])])].filter((page) => page !== publicUrl);
  const refused: string[] = [];
  for (const page of pages) {
    const answer = await ask(`${origin}/trpc/auth.login`, {
      method: 'OPTIONS',
      headers: {
        origin: page,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    }).catch(() => undefined);
    const { headers = new Headers(), ok: isOk = false } = answer ?? {};
    const mayCall =
      isOk &&
      headers.get('access-control-allow-origin') === page &&
      headers.get('access-control-allow-credentials') === 'true' &&
      (headers.get('access-control-allow-headers') ?? '').toLowerCase().includes('content-type');
    if (!mayCall) refused.push(page);
  }
  if (pages.length === 0) return [];
  if (refused.length === 0) return [ok('server.cors', `Pages of ${pages.join(', ')} may call`)];
  return [
    fault(
      'server.cors',
      `Pages of ${refused.join(', ')} may not call: the preflight is refused. Let the proxy pass OPTIONS and Origin and add no CORS headers, and start the server with the APP_URL and CORS_ORIGINS of here`,
    ),
  ];
}

function checkClock(date: string | null, between: number): Finding[] {
  const time = Date.parse(date ?? '');
  // It has no parts of a second.
  return Number.isNaN(time) ? [] : [clockFinding('clock.server', 'the server', time + 500 - between)];
}
