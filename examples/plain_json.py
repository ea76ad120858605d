import json
import os
import time
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

URL = os.environ.get("AUTH_URL", "http://localhost:3000")
LONGEST_WAIT_SECONDS = 5


class Refused(Exception):
    """Decide by `reason`; `body` has its details, and a `requestId` to quote in a report."""

    def __init__(self, status, body):
        super().__init__(body["message"])
        self.status, self.reason, self.body = status, body["reason"], body


def call(method, path, given=None, token=None):
    address, body, headers = f"{URL}/api/auth/{path}", None, {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if method == "POST":
        headers["Content-Type"] = "application/json"
        body = json.dumps(given or {}).encode()
    elif given is not None:
        address += "?" + urlencode({"input": json.dumps(given)})
    for is_last in (False, False, True):
        try:
            with urlopen(Request(address, body, headers, method=method), timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                wait = int(error.headers.get("Retry-After", 0))
                if is_last or not 0 < wait <= LONGEST_WAIT_SECONDS:
                    raise Refused(error.code, json.load(error)) from None
            time.sleep(wait)


ada = {"email": "ada@example.com", "password": "correct horse battery"}
try:
    print(call("POST", "register", {**ada, "name": "Ada"})["message"])
except Refused as refused:
    if refused.reason != "EMAIL_TAKEN":
        raise
    print("Welcome back")

login = call("POST", "login", {**ada, "deliver": "token"})
if login["status"] == "factorNeeded":
    raise SystemExit(f"Show one of {login['methods']} by factors/prove")
token = login["token"]

print("Signed in as", call("GET", "me", token=token)["user"]["email"])
for event in call("GET", "account/events", {"limit": 3}, token)["events"]:
    print(event["at"], event["kind"])
print(call("POST", "logout", token=token)["message"])
