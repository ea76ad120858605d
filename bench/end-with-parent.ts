// Imported first into every process of a run: should the run be killed hard, nothing of it stays behind.
process.on('disconnect', () => process.exit(1));
