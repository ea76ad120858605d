"""Registers or logs in, says who is signed in, and logs out. Needs nothing but Python 3."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request

BASE = os.environ.get("AUTH_URL", "http://localhost:3000") + "/api/auth"


class Refused(Exception):
    """What the server has refused, by its reason, such as EMAIL_TAKEN."""

    def __init__(self, refusal: dict):
        super().__init__(refusal["message"])
        self.reason = refusal["reason"]
        self.refusal = refusal


def call(path: str, body: dict | None = None, token: str | None = None, input: dict | None = None):
    """Posts a body, or reads where there is none."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    query = "?" + urllib.parse.urlencode({"input": json.dumps(input)}) if input else ""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{BASE}/{path}{query}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Refused(json.load(error)) from None


ada = {"email": "ada@example.com", "password": "correct horse battery", "deliver": "token"}

try:
    answer = call("register", ada)
except Refused as refused:
    if refused.reason != "EMAIL_TAKEN":
        raise
    answer = call("login", ada)

if answer["status"] != "signedIn":
    raise SystemExit(f"One more step: {answer['status']}")
token = answer["token"]

print("Signed in as", call("me", token=token)["user"]["email"])
for event in call("account/events", token=token, input={"limit": 2})["events"]:
    print(event["kind"])

call("logout", {}, token=token)
try:
    call("me", token=token)
except Refused as refused:
    print("Afterwards:", refused.reason)
