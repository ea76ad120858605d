import { examine } from '../../cli/doctor/doctor.ts';
import type { Finding } from '../../cli/doctor/finding.ts';
import { thisMachine } from '../../cli/doctor/machine.ts';
import type { Machine } from '../../cli/doctor/machine.ts';
import { ioOf } from '../../cli/io.ts';
import { ioIn } from './command-line.ts';
import type { RunOptions } from './command-line.ts';

/** On which nothing is wrong, whatever else runs here. */
export const goodMachine: Machine = {
  ...thisMachine,
  diskAt: () => ({ freeBytes: 50e9, type: 0xef53 }),
  timeHash: async () => 100,
};

export interface Looked extends RunOptions {
  origin?: string;
  machine?: Partial<Machine>;
}

/** What the doctor finds that is not as it should be. */
export async function diagnosis({ origin, machine, ...options }: Looked): Promise<Finding[]> {
  const findings = await examine(ioIn(ioOf(process, {}), options), {
    origin,
    machine: { ...goodMachine, ...machine },
  });
  return findings.filter(({ state }) => state !== 'ok');
}
