import { setImmediate as pause } from 'node:timers/promises';

const mostInOneStep = 1000;

/**
 * Removes a few at a time until nothing is left, and lets others have their turn in between: SQLite works
 * on the main thread, and a flood may have left a million.
 *
 * @param remove removes at most so many, and resolves to how many there were
 */
export async function inSteps(remove: (most: number) => Promise<number>): Promise<void> {
  while ((await remove(mostInOneStep)) === mostInOneStep) await pause();
}
