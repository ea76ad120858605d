import { ConfigError } from '../../server/config.ts';
import type { Config } from '../../server/config.ts';
import type { Database } from '../../server/db/database.ts';
import { originOf } from '../../server/kernel/origin.ts';
import { isNodeFit, nodeNeeded } from '../../server/preload.mjs';
import { command, WrongArguments } from '../command.ts';
import type { Io } from '../io.ts';
import { openOwn } from '../open-own.ts';
import { checkServer } from './asked-server.ts';
import { checkDatabase } from './database.ts';
import { fault, ok } from './finding.ts';
import type { Finding } from './finding.ts';
import { checkCost } from './hashing.ts';
import { thisMachine } from './machine.ts';
import type { Machine } from './machine.ts';
import { checkMail } from './mail.ts';
import { checkOrigins } from './origins.ts';
import { checkProxies } from './proxies.ts';
import { checkSealed } from './sealed.ts';
import { checkNames, checkSettings } from './settings.ts';

export const doctor = command({
  summary: 'looks for mistakes in the set-up',
  usage: `Looks at the settings, the database, the mail server and this machine, and prints a line for each: ok, a
warning, or a fault, with what puts it right. With --url it also asks the running server, through whatever
stands in front of it. It changes nothing but one count of a limit, and sends no mail. It has failed where
there is a fault.`,
  takes: [],
  options: { url: { type: 'string', value: '<origin>', about: 'asks the server there, such as PUBLIC_URL' } },
  examples: [
    ['doctor', 'before a start'],
    ['doctor --url https://auth.example.com', 'with the running server, as browsers see it'],
    ['doctor --json', 'for a check that runs by itself'],
  ],
  async run({ values: { url } }, io) {
    const origin = url === undefined ? undefined : originOf(url);
    if (url !== undefined && origin === undefined)
      throw new WrongArguments('--url: must be http:// or https://, a host and perhaps a port, nothing after it');
    const findings = await examine(io, { origin });
    const count = (state: Finding['state']): number => findings.filter((one) => one.state === state).length;
    const [faults, warnings] = [count('fault'), count('warning')];
    const end = `${numbered(faults, 'fault')}, ${numbered(warnings, 'warning')}`;
    io.print([...findings.map(lineOf), end].join('\n'), { faults, warnings, findings });
    return faults > 0 ? 1 : 0;
  },
});

const numbered = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const lineOf = ({ check, state, text }: Finding): string => `${state.padEnd(9)}${check.padEnd(22)}${text}`;

interface Asked {
  origin?: string | undefined;
  machine?: Machine;
}

/** Everything that is looked at, in the order in which it is put right. */
export async function examine(io: Io, { origin, machine = thisMachine }: Asked = {}): Promise<Finding[]> {
  const { config, findings } = checkSettings(io.settings());
  const first = [checkNode(machine), ...checkNames(io), ...findings];
  // The rest depends on what cannot be read.
  if (!config) return first;
  const { isUsable, findings: ofDatabase } = await checkDatabase({ config, machine, io });
  return [
    ...first,
    ...checkOrigins(config),
    ...ofDatabase,
    ...(await checkBreached(config)),
    ...(await checkCost(config, machine)),
    ...(await checkMail(config)),
    ...(isUsable ? await withDatabase(config, io, async (db) => await checkSealed(config, db)) : []),
    ...(origin === undefined ? [] : await checkRunning(io, { config, machine, origin, isUsable })),
  ];
}

function checkNode({ nodeVersion }: Machine): Finding {
  if (isNodeFit(nodeVersion)) return ok('node', `Node.js ${nodeVersion}`);
  return fault('node', `This is Node.js ${nodeVersion}, and what is needed is ${nodeNeeded}. Install one`);
}

async function checkBreached(config: Config): Promise<Finding[]> {
  if (config.breachedPasswords === undefined) return [];
  const { openBreached } = await import('../../server/create-auth.ts');
  try {
    await (await openBreached(config))?.close();
    return [ok('passwords.breached', `New passwords are compared with ${config.breachedPasswords}`)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((text) => fault('passwords.breached', text));
  }
}

async function checkRunning(
  io: Io,
  { config, machine, origin, isUsable }: { config: Config; machine: Machine; origin: string; isUsable: boolean },
): Promise<Finding[]> {
  const { isReached, findings } = await checkServer(origin, config, machine);
  if (!isReached || !isUsable) return findings;
  return [...findings, ...(await withDatabase(config, io, async (db) => await checkProxies(origin, config, db)))];
}

async function withDatabase(config: Config, io: Io, look: (db: Database) => Promise<Finding[]>): Promise<Finding[]> {
  const db = await openOwn(config, io);
  try {
    return await look(db);
  } finally {
    await db.close();
  }
}
