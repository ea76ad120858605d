import type { NextConfig } from 'next';

const config: NextConfig = {
  // Loaded by Node from node_modules. Latchkey has a worker, native modules and migrations, which fit into no bundle;
  // tRPC has to be one copy for both, or refusals reach nobody: a copy in the bundle does not know those of the other.
  serverExternalPackages: ['latchkey', '@trpc/server'],
  // For containers; a folder is not seen by the tracing that copies what is needed.
  output: 'standalone',
  outputFileTracingIncludes: { '/**': ['./node_modules/latchkey/dist/drizzle/**'] },
};

export default config;
