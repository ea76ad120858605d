import { readFileSync } from 'node:fs';

import type { FirebaseProject } from '../server/hashing/foreign-forms.ts';
import { WrongArguments } from './command.ts';

/**
 * What the console of Firebase shows as "Password hash parameters", kept in a file as it is there. In a file,
 * because arguments can be read by everybody on a machine.
 */
export function readFirebaseParameters(path: string): FirebaseProject {
  const values = new Map([...textOf(path).matchAll(/\b(\w+):\s*([\w+/=-]+)/g)].map(([, name, value]) => [name, value]));
  const [rounds, memCost] = [Number(values.get('rounds')), Number(values.get('mem_cost'))];
  const [signerKey, saltSeparator] = [values.get('base64_signer_key'), values.get('base64_salt_separator')];
  if (signerKey && saltSeparator && rounds && memCost) return { signerKey, saltSeparator, rounds, memCost };
  throw new WrongArguments(
    `--firebase-parameters: ${path} must have base64_signer_key, base64_salt_separator, rounds and mem_cost, as the console shows them.`,
  );
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new WrongArguments(`--firebase-parameters: ${error instanceof Error ? error.message : String(error)}`);
  }
}
