import type { NextConfig } from 'next';

const config: NextConfig = {
  // Loaded by Node from node_modules: its worker, its native modules and its migrations fit into no bundle.
  serverExternalPackages: ['latchkey'],
  // For containers; a folder is not seen by the tracing that copies what is needed.
  output: 'standalone',
  outputFileTracingIncludes: { '/**': ['./node_modules/latchkey/dist/drizzle/**'] },
};

export default config;
