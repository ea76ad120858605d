import type { Readings } from './report.ts';
import type { StepName, Steps } from './steps.ts';

/** How much is measured. `stretch` makes every step that much longer. */
export interface Plan {
  rounds: number;
  stretch: number;
  warmUpMilliseconds: number;
  /** No round is begun that would not be over by then, were it as long as the longest took. */
  untilSeconds?: number;
}

/** Measures every step in every round, after each has had its time to warm up. */
export async function runRounds(steps: Steps, plan: Plan, say: (line: string) => void): Promise<Readings> {
  // The keys of an object that was written out in one place.
  const all = Object.entries(steps) as [StepName, NonNullable<Steps[StepName]>][];
  const readings: Readings = {};
  say('Warming up …');
  for (const [name, { seconds, measure }] of all) {
    readings[name] = [];
    // Of what is slow at least as much as a round of a quick run takes.
    await measure(Math.max(plan.warmUpMilliseconds, seconds * 1000)).catch((error: unknown) => {
      throw new Error(`${name} cannot be measured`, { cause: error });
    });
  }
  let longest = 0;
  for (let round = 1; round <= plan.rounds; round += 1) {
    const begun = performance.now();
    if ((begun + longest) / 1000 > (plan.untilSeconds ?? Infinity)) break;
    say(`Round ${round} of ${plan.rounds} …`);
    // There and back again, so that a machine that grows slower does not do so to the same half of each pair.
    for (const [name, { seconds, measure }] of round % 2 === 0 ? all.toReversed() : all)
      readings[name]?.push(await measure(seconds * 1000 * plan.stretch));
    longest = Math.max(longest, performance.now() - begun);
  }
  return readings;
}
