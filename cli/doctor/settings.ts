import { ConfigError, readConfig } from '../../server/config.ts';
import type { Config } from '../../server/config.ts';
import { environment } from '../../server/environment.ts';
import { isLoopback } from '../../server/kernel/origin.ts';
import { likelyWrong } from '../../server/set-up.ts';
import type { Io } from '../io.ts';
import { nearest } from '../nearest.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

const names = Object.keys(environment.shape);

/** Shorter ones are too near to what other programs call their own. */
const leastLetters = 7;

/** Settings that would have no effect, because no setting is called so. */
export function checkNames(io: Pick<Io, 'settings' | 'namesInFile'>): Finding[] {
  const inFile = io.namesInFile();
  const others = Object.keys(io.settings()).filter((name) => !inFile.includes(name));
  const said = (name: string, meant: string, where: string): string =>
    `${name} ${where} is no setting and has no effect. Write ${meant} instead`;
  return [
    ...misspelt(inFile, names).map(([name, meant]) => fault('settings.name', said(name, meant, 'in .env'))),
    ...misspelt(
      others,
      names.filter((name) => name.length >= leastLetters),
    ).map(([name, meant]) =>
      // It may be another program's.
      warning('settings.name', said(name, meant, 'of the environment')),
    ),
  ];
}

function misspelt(written: string[], known: string[]): [name: string, meant: string][] {
  return written
    .filter((name) => !names.includes(name))
    .flatMap((name): [string, string][] => {
      const meant = nearest(name, known);
      return meant === undefined ? [] : [[name, meant]];
    });
}

/** The configuration, where it can be read, and what is wrong or likely to be wrong in it. */
export function checkSettings(env: Readonly<Record<string, string | undefined>>): {
  config: Config | undefined;
  findings: Finding[];
} {
  try {
    const config = readConfig(env);
    const likely = likelyWrong(config, { hasMailer: false, hasKeys: config.encryptionKeys !== undefined });
    return {
      config,
      findings: [
        ok('settings', 'All settings can be read'),
        ...likely.map(({ event, text }) => warning(event, text)),
        ...unlimited(config),
        ...unlikelyInProduction(config, env),
      ],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: undefined, findings: error.faults.map((text) => fault('settings', text)) };
  }
}

const unlimited = ({ rateLimits }: Config): Finding[] =>
  rateLimits === 'on'
    ? []
    : [warning('limits.off', 'Anybody may guess passwords as fast as they can. Take RATE_LIMITS away')];

function unlikelyInProduction({ publicUrl }: Config, env: Readonly<Record<string, string | undefined>>): Finding[] {
  if (env['NODE_ENV'] !== 'production' || !isLoopback(publicUrl)) return [];
  return [
    warning(
      'origins.development',
      `NODE_ENV is production, but PUBLIC_URL is ${publicUrl}: cookies are not Secure, and any page of this machine may call. Set PUBLIC_URL to the https address that browsers see`,
    ),
  ];
}
