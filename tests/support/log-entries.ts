import type { TestApp } from './test-app.ts';

/** One line of the log, read. */
export interface Entry {
  level: string;
  time: string;
  event: string;
  requestId?: string;
  address?: string;
  [field: string]: unknown;
}

export const entriesOf = (app: TestApp): Entry[] =>
  app
    .logged()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** What was logged while `work` ran, and what it returned. */
export async function loggedBy<Result>(
  app: TestApp,
  work: () => Promise<Result>,
): Promise<{ result: Result; entries: Entry[] }> {
  const before = entriesOf(app).length;
  const result = await work();
  return { result, entries: entriesOf(app).slice(before) };
}
