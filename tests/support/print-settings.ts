import { environment } from '../../server/environment.ts';

/** The table of settings in docs/configuration.md. */
export function printSettings(): string {
  const rows = Object.entries(environment.shape).map(([name, field]) => {
    const parsed = field.safeParse(undefined);
    const standard = parsed.success ? String(parsed.data ?? '') : '';
    return [`\`${name}\``, standard && `\`${standard}\``, field.description ?? ''];
  });
  return [['Setting', 'Default', 'What it is'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
