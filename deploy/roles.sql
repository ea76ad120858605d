-- Run once, by psql as the owner, in the database of Latchkey and before its first migration.
-- The owner changes tables; this role reads and writes rows, and is what the servers log in as.
create role latchkey_server login password :'server_password';
alter default privileges grant usage on schemas to latchkey_server;
alter default privileges grant select, insert, update, delete on tables to latchkey_server;
