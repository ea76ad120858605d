import { defineConfig } from 'vite';

export default defineConfig({
  root: 'web',
  server: {
    proxy: { '/trpc': 'http://127.0.0.1:3000' },
    // Vite serves no other file of this folder, such as the database.
    fs: { allow: ['.', '../node_modules'] },
  },
});
