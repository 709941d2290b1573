"""Real second steps: what an authenticator app and a passkey of a device would answer."""

import hashlib
import json
import struct
import time
from dataclasses import dataclass, field

from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from accounts import mfa
from accounts.lifecycle import Actor
from accounts.models import User


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows, ``steps`` half minutes from now."""
    return format_hotp_value(hotp_value(secret.replace(" ", ""), int(time.time()) // 30 + steps))


def give_app(user: User) -> str:
    """An authenticator app for ``user``, whose code of half a minute ago was used to add it. Returns its secret."""
    secret = generate_totp_secret()
    assert mfa.add_app(user, secret, code_of(secret, -1), by=Actor.of(user))
    return secret


@dataclass
class Device:
    """A device with one passkey for the site at ``origin``."""

    origin: str = "https://testserver"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = b"passkey-1"

    def register(self, options: str) -> str:
        """The answer to ``navigator.credentials.create``."""
        asked = json.loads(options)["publicKey"]
        told = self._client_data("webauthn.create", asked["challenge"])
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        made = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + public
        attested = {"fmt": "none", "attStmt": {}, "authData": self._data(asked["rp"]["id"], 0x45) + made}
        return self._answer(clientDataJSON=told, attestationObject=cbor.encode(attested))

    def use(self, options: str) -> str:
        """The answer to ``navigator.credentials.get``."""
        asked = json.loads(options)["publicKey"]
        told, data = self._client_data("webauthn.get", asked["challenge"]), self._data(asked["rpId"], 0x05)
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=told, authenticatorData=data, signature=signature)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + struct.pack(">I", 0)

    def _answer(self, **response: bytes) -> str:
        number = websafe_encode(self.credential_id)
        parts = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps(
            {"id": number, "rawId": number, "type": "public-key", "response": parts, "clientExtensionResults": {}}
        )
