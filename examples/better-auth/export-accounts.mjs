// Prints the accounts of a SQLite file of Better Auth, one a line, for `npm run import`:
//   node export-accounts.mjs app.db > accounts.jsonl
import { DatabaseSync } from 'node:sqlite';

const [, , file = 'app.db'] = process.argv;
const database = new DatabaseSync(file, { readOnly: true });

const accounts = database.prepare(`
  select user.id, user.email, user.name, user.emailVerified, user.createdAt, account.password
  from user left join account on account.userId = user.id and account.providerId = 'credential'
  order by user.createdAt`);

for (const { id, email, name, emailVerified, createdAt, password } of accounts.iterate()) {
  // Text, or milliseconds where Drizzle has written it.
  const at = new Date(typeof createdAt === 'number' ? createdAt : String(createdAt)).toISOString();
  const account = { id, email, name, emailVerified: emailVerified === 1, createdAt: at };
  console.log(JSON.stringify(password ? { ...account, passwordHash: password } : account));
}
