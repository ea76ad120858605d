import { environment } from '../server/environment.ts';
import { WrongArguments } from './command.ts';

/** A URL by the rule for DATABASE_URL, which is also the rule where it comes from an option. */
export function databaseUrl(name: string, url: string | undefined): string {
  const parsed = environment.shape.DATABASE_URL.safeParse(url);
  if (parsed.success) return parsed.data;
  throw new WrongArguments(parsed.error.issues.map(({ message }) => `${name}: ${message}`).join('\n'));
}
