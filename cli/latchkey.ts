#!/usr/bin/env node
// First what says that this Node is too old, and makes imports quick; then everything else.
await import('../server/preload.mjs');
const { main } = await import('./main.ts');
await main(process);
