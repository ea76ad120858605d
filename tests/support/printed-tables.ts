import { printInputs } from './print-inputs.ts';
import { printLimits } from './print-limits.ts';
import { printGeneralRefusals, printOwnRefusals } from './print-refusals.ts';
import { printSettings } from './print-settings.ts';

/** The tables of the documentation that are printed from the code: each is the one under its heading. */
export const printedTables: { page: string; heading: string; print: () => string | Promise<string> }[] = [
  { page: 'docs/configuration.md', heading: 'Settings', print: printSettings },
  { page: 'docs/inventory.md', heading: 'What each input may be', print: printInputs },
  { page: 'docs/limits.md', heading: 'Limits', print: printLimits },
  { page: 'docs/refusals.md', heading: 'Of every procedure', print: printGeneralRefusals },
  { page: 'docs/refusals.md', heading: 'Of some', print: printOwnRefusals },
];
