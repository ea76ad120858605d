import type { Sample } from './samples.ts';

/** Blocks that are no excerpt of a file: each page's, by how they begin. */
type Names = Record<string, string[]>;

const has = (names: Names, { page, begins }: Sample): boolean =>
  names[page]?.some((one) => begins.startsWith(one)) ?? false;

/** Those that a test takes from the page and runs, or compares with the code. */
export const heldBy: Record<string, Names> = {
  'tests/all/commands.test.ts': {
    'docs/command-line.md': ['curl http://localhost:3000/api/auth/passwordReset/complete'],
    'docs/json-api.md': ['curl -sS http://localhost:3000/api/auth/openapi.json', '{'],
    'docs/operating.md': ['curl -si https://auth.example.com/api/auth/me'],
  },
  'tests/all/caddy.test.ts': { 'docs/operating.md': ['auth.example.com {'] },
  'tests/all/database-commands.test.ts': {
    'docs/guides/from-better-auth.md': ['psql "$OLD_URL"'],
    'docs/operating.md': ['createdb latchkey', 'alter role', 'alter database', 'select id, kind'],
    'docs/tokens.md': ['delete from'],
  },
  'tests/samples.test.ts': { 'docs/mail.md': ['SMTP_URL='] },
  'tests/operating.test.ts': { 'docs/operating.md': ['ignore_startup_parameters'] },
  'tests/all/tanstack.test.ts': { 'docs/client.md': ['"overrides": {'] },
  'tests/all/json-api.test.ts': { 'docs/json-api.md': ['curl -sS http://localhost:3000/api/auth/register'] },
  'tests/all/restore.test.ts': { 'docs/operating.md': ['pg_dump', 'psql "$OWNER_URL"'] },
  'tests/all/import-docs.test.ts': { 'docs/importing.md': ['firebase', 'python manage.py', 'bin/kc.sh'] },
  'tests/all/import-docs.postgres.test.ts': { 'docs/importing.md': ["PGOPTIONS='-c timezone=UTC' psql"] },
  'tests/all/package/node.test.ts': { 'README.md': ['curl -c jar'] },
};

/** Those that are not run, each with why; tests/samples.test.ts still looks at the words of their commands. */
export const onlyRead: Record<string, Names> = {
  'It is a picture of the folders.': { 'ARCHITECTURE.md': ['server/'] },
  'It takes minutes.': {
    'bench/README.md': ['npm run bench'],
    'docs/performance.md': ['npm run bench:growth', 'npm run bench:memory'],
  },
  'It is where and when something was measured.': { 'docs/performance.md': ['Date  '] },
  'There is no Docker engine.': { 'docs/operating.md': ['docker build', 'docker compose exec'] },
  'It loads 40 GB.': { 'docs/operating.md': ['dotnet tool'] },
  'It is for systemd.': { 'docs/operating.md': ['[Unit]'] },
  'It is for the machine of the reader; tests/process/start.test.ts runs `npm start`.': {
    'README.md': ['npm install && npm start'],
    'docs/quick-start.md': ['git clone', 'npm start', 'npm install -D node@26'],
    'examples/react/README.md': ['export ENCRYPTION_KEYS'],
  },
  'tests/support/packed-setup.ts and consumer.ts pack and install the same way, tests/all/package what is behind it.': {
    'README.md': ['(cd ../latchkey'],
    'docs/package.md': ['npm pack', 'npm install ./latchkey'],
    'docs/quick-start.md': ['cp -r latchkey/examples/', 'npm run dev'],
    'docs/recipes/nextjs.md': ['npm install'],
    'docs/recipes/react.md': ['npm install'],
    'examples/express/README.md': ['npm install'],
    'examples/next/README.md': ['npm install'],
    'examples/page/README.md': ['npm install'],
    'examples/pieces/README.md': ['npm install'],
    'examples/react/README.md': ['npm install'],
  },
};

/** What is said of a block in the two tables. */
export const placesOf = (sample: Sample): string[] =>
  Object.entries({ ...heldBy, ...onlyRead }).flatMap(([place, names]) => (has(names, sample) ? [place] : []));

/** What the tables name, and is on no page any more. */
export const namesWithout = (all: Sample[]): string[] =>
  Object.values({ ...heldBy, ...onlyRead })
    .flatMap((names) => Object.entries(names))
    .flatMap(([page, beginnings]) => beginnings.map((begins) => ({ [page]: [begins] })))
    .filter((one) => !all.some((sample) => has(one, sample)))
    .map((one) => JSON.stringify(one));

/** Whether each of its lines is a command of ours, or another that needs nothing else: those are run as they stand. */
export const isRunAsItStands = ({ language, lines }: Sample): boolean =>
  language === 'sh' &&
  lines.every((line) => /^(npx latchkey|npm run (import|keys:|db:)|openssl|node examples\/) ?/.test(line));
