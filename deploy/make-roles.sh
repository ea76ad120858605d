#!/bin/sh
# PostgreSQL's image runs this when it makes an empty database. It may be run again, with other passwords.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" --file /deploy/roles.sql
