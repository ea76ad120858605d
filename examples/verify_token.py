import time

import jwt


class Keys(jwt.PyJWKClient):
    """Kept for ten minutes. For a key that it does not know it asks again, at most every half minute."""

    asked_at = float("-inf")

    def get_jwk_set(self, refresh=False):
        if refresh and time.monotonic() - self.asked_at < 30:
            refresh = False
        elif refresh:
            self.asked_at = time.monotonic()
        return super().get_jwk_set(refresh)


def create_verifier(issuer, audience, keys_at=None):
    keys = Keys(f"{keys_at or issuer}/.well-known/jwks.json", lifespan=600)

    def user_of(token):
        """The id of the user; raises a jwt.PyJWTError for what is no good, in which case answer with 401."""
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise jwt.InvalidTokenError("not an access token")
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=["EdDSA"],
            issuer=issuer,
            audience=audience,
            options={"require": ["iss", "aud", "sub", "exp"]},
        )
        return claims["sub"]

    return user_of
