import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { total } from '../report.ts';
import { runTool } from '../run-tool.ts';
import type { Attack, Stand } from '../stand.ts';

interface Finding {
  info: string;
  method: string;
  path: string;
}

// Those that need nothing outside of this machine.
const modules =
  'backup,blindsql,buster,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss';

/** What wapiti would like, and why it is not so. */
const notWanted = new Map([
  // Browsers have taken the filter out, which had holes of its own; the CSP does what it was for.
  ['X-XSS-Protection is not set', 'X-XSS-Protection (obsolete)'],
  // Browsers ignore it over http, and on loopback it would demand https of other programs.
  ['Strict-Transport-Security is not set', 'HSTS (sent for public addresses only)'],
]);

/** A scanner of web applications: here there is nothing to crawl, so it is told the addresses. */
export const wapiti: Attack = {
  tool: 'wapiti',
  async carryOut(stand) {
    stand.say('scanning a weak server, as a control');
    const weak = await scan(stand, await stand.startWeakServer(), ['/hello?name=ada', '/find?email=ada']);
    const kinds = Object.entries(weak).filter(([, findings]) => findings.length > 0);
    const seen = kinds.map(([kind]) => kind).filter((kind) => /SQL|Cross Site Scripting/.test(kind));

    stand.say('scanning');
    const target = await stand.startTarget('off');
    const findings = await scan(stand, target.port, [
      '/api/auth/me?input=1',
      '/trpc/auth.me?input=1',
      '/trpc/auth.me?batch=1&input=1',
      '/api/auth/login?email=ada&password=1',
      '/api/auth/register?email=ada&password=1&name=1&deliver=token',
      '/livez?next=1',
      '/?page=1',
    ]);
    const all = Object.values(findings).flat();
    const answers = await target.answers();
    const declined = new Set(all.map(({ info }) => notWanted.get(info)).filter((reason) => reason !== undefined));
    return {
      did: `${modules.split(',').length} modules, ${total(answers)} requests; of what it wants not done: ${[...declined].join(', ')}`,
      found: all
        .filter(({ info }) => !notWanted.has(info))
        .map(({ info, method, path }) => `${method} ${path}: ${info}`),
      control: seen.length > 0 ? `finds ${seen.join(' and ')} on a weak server` : 'finds nothing on a weak server',
      isSighted: seen.length > 0,
    };
  },
};

async function scan({ folder }: Stand, port: number, paths: string[]): Promise<Record<string, Finding[]>> {
  const output = join(folder, `${port}.json`);
  const config = join(folder, 'config');
  // Without this file it would fetch one, for a module that is not used here.
  mkdirSync(join(config, 'config'), { recursive: true });
  for (const path of [config, join(config, 'config')]) writeFileSync(join(path, 'apps.json'), '{}');

  const [first = '/', ...others] = paths.map((path) => `http://127.0.0.1:${port}${path}`);
  const where = ['-u', first, ...others.flatMap((url) => ['-s', url]), '--scope', 'domain'];
  const stores = ['--store-session', join(folder, 'session'), '--store-config', config];
  const bounds = ['-l', '2', '--flush-session', '--max-scan-time', '60', '--max-attack-time', '10', '--no-bugreport'];
  const { printed, isTimedOut } = await runTool(
    ['wapiti', ...where, ...stores, ...bounds, '-m', modules, '-f', 'json', '-o', output],
    { folder, seconds: 180 },
  );
  if (isTimedOut) throw new Error(`wapiti did not finish:\n${printed.slice(-2000)}`);
  if (printed.includes('Downloading')) throw new Error('wapiti went beyond this machine.');
  // wapiti's own form.
  const { vulnerabilities, anomalies } = JSON.parse(readFileSync(output, 'utf8')) as Record<
    string,
    Record<string, Finding[]>
  >;
  return { ...vulnerabilities, ...anomalies };
}
