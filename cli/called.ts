/** Whether this file lies in a project that has Latchkey as a dependency, or in Latchkey's own. */
const isInstalled = import.meta.url.includes('/node_modules/');

/** What to type here for any command, and for two of which sentences speak. */
export const called = isInstalled
  ? { latchkey: 'npx latchkey', serve: 'npx latchkey serve', import: 'npx latchkey import' }
  : { latchkey: 'npm run latchkey --', serve: 'npm start', import: 'npm run import --' };
