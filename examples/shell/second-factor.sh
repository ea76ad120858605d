#!/bin/sh
# Logs in to an account with an authenticator app, with curl and sed. AUTH_URL names the server, CODE is what the app shows.
set -eu
url=${AUTH_URL:-http://localhost:3000}/api/auth

# No session yet, but a proof of the password, for five minutes.
proof=$(curl -s "$url/login" -H 'content-type: application/json' \
  -d '{"email":"ada@example.com","password":"correct horse battery"}' |
  sed 's/.*"proof":"\([^"]*\)".*/\1/')

curl -s "$url/factors/prove" -H 'content-type: application/json' \
  -d '{"proof":"'"$proof"'","factor":{"method":"totp","code":"'"$CODE"'"},"deliver":"token"}'
echo
