-- Prints the accounts of Better Auth in PostgreSQL, one a line, for `npm run import`:
--   psql "$DATABASE_URL" --no-psqlrc --tuples-only --no-align --file export-accounts.sql > accounts.jsonl
select json_strip_nulls(json_build_object(
  'id', "user".id,
  'email', "user".email,
  'name', "user".name,
  'emailVerified', "user"."emailVerified",
  'createdAt', to_char("user"."createdAt" at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'passwordHash', account.password
))
from "user"
left join account on account."userId" = "user".id and account."providerId" = 'credential'
order by "user"."createdAt";
