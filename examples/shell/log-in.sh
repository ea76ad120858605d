#!/bin/sh
# Registers or, where the address is taken, logs in; says who is signed in, and logs out, with curl. AUTH_URL names the server.
set -eu
url=${AUTH_URL:-http://localhost:3000}/api/auth
cookies=$(mktemp)
trap 'rm -f "$cookies"' EXIT

enter() {
  curl -s --cookie-jar "$cookies" "$url/$1" \
    -H 'content-type: application/json' \
    -d '{"email":"grace@example.com","password":"correct horse battery"}'
}

answer=$(enter register)
case $answer in
  *'"reason":"EMAIL_TAKEN"'*) answer=$(enter login) ;;
esac
echo "$answer"

curl -s --cookie "$cookies" "$url/me"
echo

# A query takes its input as JSON in the parameter `input`.
curl -s --cookie "$cookies" -G "$url/account/events" --data-urlencode 'input={"limit":5}'
echo

curl -s --cookie "$cookies" "$url/logout" -H 'content-type: application/json' -d '{}'
echo
