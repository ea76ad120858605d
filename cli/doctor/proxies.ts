import { BlockList, connect, isIPv6 } from 'node:net';

import type { Config } from '../../server/config.ts';
import type { Database } from '../../server/db/database.ts';
import { seconds } from '../../server/kernel/clock.ts';
import { canonicalIp, networkOf } from '../../server/kernel/ip-address.ts';
import { countsFor } from '../../server/limits/counters.ts';
import { ask } from './asked-server.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

/** Of documentation, RFC 5737: nobody has it. */
const madeUp = '203.0.113.9';

/**
 * Whom the server takes a visitor for. It says so to nobody, but counts changes by network: one is asked for
 * that changes nothing, with an address that is made up, and then the count that has grown tells.
 */
export async function checkProxies(
  origin: string,
  { trustedProxies }: Pick<Config, 'trustedProxies'>,
  db: Database,
): Promise<Finding[]> {
  const own = await ownAddress(origin);
  const before = await countsFor(db, 'changes.address');
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': madeUp };
  await ask(`${origin}/api/auth/logout`, { method: 'POST', headers, body: '{}' }).catch(() => undefined);
  const after = await countsFor(db, 'changes.address');
  const grown = [...after].filter(([network, count]) => before.get(network) !== count).map(([network]) => network);

  if (grown.length === 0)
    return [
      warning(
        'proxies',
        `Whom ${origin} takes a visitor for cannot be told: it has another database than DATABASE_URL, or RATE_LIMITS is off`,
      ),
    ];
  if (grown.includes(madeUp)) return [believed(own, trustedProxies)];
  if (own !== undefined && grown.includes(networkOf(own)))
    return [
      ok('proxies', `The server sees this machine by its own address, ${own}, and believed none that was made up`),
    ];
  const inner = grown.find((network) => isInner(network));
  if (inner !== undefined)
    return [
      fault(
        'proxies',
        `The server sees this machine as ${inner}, though it is ${own ?? 'another'}: that is the proxy, and all visitors count as one. Add ${inner} to TRUSTED_PROXIES, and let the proxy write X-Forwarded-For`,
      ),
    ];
  return [
    ok(
      'proxies',
      `The server sees this machine as ${grown.join(' or ')}, and believed no address that was made up. If that is a proxy's, add it to TRUSTED_PROXIES`,
    ),
  ];
}

function believed(own: string | undefined, trustedProxies: string[]): Finding {
  if (own !== undefined && trustedProxies.includes(own))
    return warning(
      'proxies',
      `Whether visitors can make up an address cannot be told from here, since ${own} is one of TRUSTED_PROXIES. Ask from another machine`,
    );
  return fault(
    'proxies',
    'The server believed an address that was made up in X-Forwarded-For: anybody may have a new one for each guess. Let the proxy overwrite that header (in nginx: proxy_set_header X-Forwarded-For $remote_addr), and TRUSTED_PROXIES name the proxy and no range of others',
  );
}

/** The address of this machine on the way there, `undefined` where there is no way. */
async function ownAddress(origin: string): Promise<string | undefined> {
  const { hostname, port, protocol } = new URL(origin);
  const socket = connect({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    timeout: seconds(5),
  });
  return await new Promise((resolve) => {
    const tell = (): void => {
      resolve(canonicalIp(socket.localAddress ?? ''));
      socket.destroy();
    };
    for (const event of ['connect', 'error', 'timeout']) socket.once(event, tell);
  });
}

const inner = new BlockList();
for (const [ip, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inner.addSubnet(ip, bits);
for (const [ip, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  inner.addSubnet(ip, bits, 'ipv6');

/** Whether a network is one that nobody comes from over the internet. */
function isInner(network: string): boolean {
  const [ip = ''] = network.split('/', 1);
  return inner.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}
