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

// To learn a module's format Node parses the package.json above it, again for each of hundreds; drizzle-orm's
// alone is 179 kB. Here the formats are known, so they are given, and each package is looked for once.
const own = import.meta.url.slice(0, -'server/preload.mjs'.length);
const isKnown = /\/node_modules\/(?:drizzle-orm|zod)\/[^\n]+\.js$/;
/** @type {Record<string, string>} */
const formats = { '.ts': 'module-typescript', '.js': 'module' };
/** @type {Map<string, import('node:module').ResolveFnOutput>} */
const packages = new Map();

module.registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL = '', conditions } = context;
    const isOwn = parentURL.startsWith(own) && !parentURL.includes('/node_modules/', own.length - 1);
    if (!conditions.includes('import') || !(isOwn || isKnown.test(parentURL))) return nextResolve(specifier, context);
    if (specifier.startsWith('.')) {
      const { href } = new URL(specifier, parentURL);
      const format = formats[href.slice(href.lastIndexOf('.'))];
      return format ? { url: href, format, shortCircuit: true } : nextResolve(specifier, context);
    }
    if (!isOwn) return nextResolve(specifier, context);
    const found = packages.get(specifier) ?? { ...nextResolve(specifier, context), shortCircuit: true };
    packages.set(specifier, found);
    return found;
  },
});
