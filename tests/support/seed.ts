import fc from 'fast-check';

/**
 * Generated examples are the same in each run, so that a change is what turned a test red. `TEST_SEED=any` draws
 * others, and what fails then names its seed: `TEST_SEED=…` draws the same again.
 */
const seed = process.env['TEST_SEED'] ?? '1';

if (seed !== 'any') fc.configureGlobal({ seed: Number(seed) });
