/** Whether much time may be taken: what `npm test` does with few examples, `npm run test:all` does with many. */
export const isMany = process.env['TEST_MANY'] === 'yes';

/** Whether `npm run test:whole` or `npm run test:crash` is running, which do several times as much of the same. */
export const isWhole = process.env['MODE'] === 'whole';
