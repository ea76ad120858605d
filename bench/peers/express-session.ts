// Register, log in and `me` as many tutorials write them: Express, express-session and bcrypt, on one SQLite file.
import bcrypt from 'bcrypt';
import Database from 'better-sqlite3';
import sqliteStore from 'better-sqlite3-session-store';
import express from 'express';
import session from 'express-session';

import { announce } from '../servers/noop.ts';

const database = new Database(process.env.BENCH_DATABASE);
// As better-sqlite3 recommends.
database.pragma('journal_mode = WAL');
database.exec('create table users (id integer primary key, email text unique not null, hash text not null)');
const insert = database.prepare('insert into users (email, hash) values (?, ?)');
const byEmail = database.prepare('select id, email, hash from users where email = ?');
const byId = database.prepare('select id, email from users where id = ?');

const app = express();
app.use(express.json());
const SqliteStore = sqliteStore(session);
app.use(
  session({
    store: new SqliteStore({ client: database }),
    secret: 'of no worth outside of this measurement',
    resave: false,
    saveUninitialized: false,
  }),
);

app.post('/register', async (request, response) => {
  insert.run(request.body.email, await bcrypt.hash(request.body.password, 10));
  response.json({});
});

app.post('/login', async (request, response) => {
  const user = byEmail.get(request.body.email);
  if (!user || !(await bcrypt.compare(request.body.password, user.hash))) return response.status(401).json({});
  await new Promise((resolve, reject) => request.session.regenerate((error) => (error ? reject(error) : resolve())));
  request.session.userId = user.id;
  response.json({ id: user.id, email: user.email });
});

app.get('/me', (request, response) => {
  const user = request.session.userId ? byId.get(request.session.userId) : undefined;
  response.status(user ? 200 : 401).json(user ?? {});
});

const server = app.listen(0, '127.0.0.1', () => announce(server));
