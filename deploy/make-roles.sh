#!/bin/sh
# PostgreSQL's image runs this when it makes an empty database.
set -eu
psql --set ON_ERROR_STOP=1 --set server_password="$SERVER_PASSWORD" \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --file /deploy/roles.sql
