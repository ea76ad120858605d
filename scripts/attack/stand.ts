import { portOf, startChild } from '../../bench/children.ts';
import { startTarget } from './target.ts';
import type { Target } from './target.ts';

/** One tool and what is done with it. */
export interface Attack {
  /** Its command, and its package in Debian. */
  tool: string;
  carryOut(stand: Stand): Promise<Outcome>;
}

export interface Outcome {
  /** What was done. */
  did: string;
  /** Each thing that should not be. */
  found: string[];
  /** What the same tool said of something that is weak on purpose. */
  control: string;
  /** Whether it saw that weakness: a tool that sees nothing finds nothing. */
  isSighted: boolean;
}

/** What an attack gets to work with. */
export interface Stand {
  /** Of its own, and the home of its tool. */
  folder: string;
  say(text: string): void;
  startTarget(rateLimits: 'on' | 'off'): Promise<Target>;
  /** The port of a server that has every weakness which the tools look for. */
  startWeakServer(): Promise<number>;
}

/** `faults` are those of all servers that the attack has started. */
export function createStand(folder: string, say: (text: string) => void): Stand & { faults(): Promise<string[]> } {
  const targets: Target[] = [];
  return {
    folder,
    say,
    async startTarget(rateLimits) {
      const target = await startTarget({ folder, rateLimits, database: `${targets.length}.db` });
      targets.push(target);
      return target;
    },
    startWeakServer: async () => await portOf(startChild(new URL('./weak-server.ts', import.meta.url).href)),
    faults: async () => (await Promise.all(targets.map(async (target) => await target.faults()))).flat(),
  };
}
