-- Run once, by psql as a superuser, in the database of Latchkey and before its first migration.
-- The owner changes tables; this role reads and writes rows, and is what the servers log in as.
create role latchkey_server login password :'server_password';
alter default privileges for role latchkey_owner grant usage on schemas to latchkey_server;
alter default privileges for role latchkey_owner grant select, insert, update, delete on tables to latchkey_server;
