// Runs before anything else, as `node --import`. Plain JavaScript, so that an old Node can read it.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** What is needed of Node.js; what came later, such as UUIDs by age, came to both lines at once. */
export const nodeNeeded = 'Node.js 24.16 or newer of that line, or 26.1 or newer';
/** @param {string} version such as `24.16.0` */
export const isNodeFit = (version) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 26 || (major === 26 && minor >= 1) || (major === 24 && minor >= 16);
};

if (!isNodeFit(process.versions.node)) {
  console.error(
    `Latchkey needs ${nodeNeeded}, and this is ${process.version}.\n` +
      'Start it with "npm start": "npm install" brings a Node.js that fits, and npm scripts use it.\n' +
      'If that is what you did, allow the install script of the package "node" and run "npm install" again.',
  );
  process.exit(1);
}

// In the project, not in the folder for everybody's temporary files, where others could put code. As a package
// we lie in the project's node_modules ourselves.
const cache = import.meta.url.includes('/node_modules/')
  ? new URL('../../../.cache/latchkey', import.meta.url)
  : new URL('../node_modules/.cache/latchkey', import.meta.url);
module.enableCompileCache(fileURLToPath(cache));

// For each module of drizzle-orm Node parses that package's 179 kB package.json again to learn the
// module's format. The format is known, so it is given: an import takes a tenth of the time.
module.registerHooks({
  resolve(specifier, context, nextResolve) {
    const isInsideDrizzle = specifier.startsWith('.') && context.parentURL?.includes('/node_modules/drizzle-orm/');
    if (!isInsideDrizzle) return nextResolve(specifier, context);
    return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
  },
});
