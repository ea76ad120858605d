import { z } from 'zod';

import { inputs } from './inputs.ts';

/** The table of inputs in docs/inventory.md. */
export function printInputs(): string {
  const rows = inputs.flatMap(([procedure, input]) => rowsOf(procedure, input));
  return [['Procedure', 'Field', 'What it may be'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function rowsOf(procedure: string, input: z.ZodType): string[][] {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input' });
  const fields = Object.entries(properties);
  if (fields.length === 0) return [[`\`${procedure}\``, '', 'nothing, or `{}`']];
  return fields.map(([name, field]) => {
    const alternatives = typeof field === 'boolean' ? [] : (field.anyOf ?? [field]);
    const words = alternatives.map((one) => (one.type === 'null' ? '`null`' : one.description)).join(', or ');
    return [`\`${procedure}\``, `\`${name}\``, required.includes(name) ? words : `${words}; may be left out`];
  });
}
