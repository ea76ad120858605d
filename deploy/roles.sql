-- Run by psql as a superuser, in the database of Latchkey: before its first migration, after a restore, and
-- whenever OWNER_PASSWORD or SERVER_PASSWORD is another one. It may be run any number of times.
-- The owner changes tables. The other role reads and writes rows, and is what the servers log in as.
do $$ begin
  if not exists (select from pg_roles where rolname = 'latchkey_owner') then create role latchkey_owner login; end if;
  if not exists (select from pg_roles where rolname = 'latchkey_server') then create role latchkey_server login; end if;
  execute format('alter database %I owner to latchkey_owner', current_database());
  -- Else any role may fill the disk.
  execute format('revoke temporary on database %I from public', current_database());
end $$;

alter default privileges for role latchkey_owner grant usage on schemas to latchkey_server;
alter default privileges for role latchkey_owner grant select, insert, update, delete on tables to latchkey_server;

-- The history of migrations as Drizzle makes it, here so that its rights are there before it: whoever serves
-- only reads it.
set role latchkey_owner;
create schema if not exists latchkey;
create table if not exists latchkey.latchkey_migrations (id serial primary key, hash text not null, created_at bigint);
reset role;

-- What was there before the defaults above.
grant usage on schema latchkey to latchkey_server;
grant select, insert, update, delete on all tables in schema latchkey to latchkey_server;
revoke insert, update, delete on latchkey.latchkey_migrations from latchkey_server;

-- From the environment, not from the list of processes. PostgreSQL's own log gets neither.
\getenv owner_password OWNER_PASSWORD
\getenv server_password SERVER_PASSWORD
set log_statement = 'none';
set log_min_duration_statement = -1;
set log_min_error_statement = 'panic';
\if :{?owner_password}
  alter role latchkey_owner password :'owner_password';
\endif
\if :{?server_password}
  alter role latchkey_server password :'server_password';
\endif
