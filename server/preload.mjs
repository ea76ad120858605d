// Runs before anything else, as `node --import`. Plain JavaScript, so that an old Node can read it.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

export const oldestMajor = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < oldestMajor) {
  console.error(
    `Latchkey needs Node.js ${oldestMajor} or newer, and this is ${process.version}.\n` +
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
