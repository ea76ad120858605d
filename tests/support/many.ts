/** Whether much time may be taken: what `npm test` does with few examples, `npm run test:all` does with many. */
export const isMany = process.env['TEST_MANY'] === 'yes';
