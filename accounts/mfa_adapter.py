"""What allauth asks us about second steps: how secrets are kept, and what a phone shows beside a code."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter

from accounts import keys
from accounts.models import User


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted with ``FIELD_KEYS``; names are the product's, the district's and the account's."""

    def encrypt(self, text: str) -> str:
        """As it stands in the table."""
        return keys.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ``FieldKeyError``."""
        return keys.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        """The heading of the line in an authenticator app."""
        return "SIS integration"

    def get_totp_label(self, user: User) -> str:
        """The line below it: a username alone means nothing to somebody with two districts."""
        return f"{user.username} ({user.district.name if user.district else 'Operations'})"

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Whose passkey it is, as the device shows it. The id means nothing outside."""
        label = self.get_totp_label(user)
        return {"id": str(user.pk).encode(), "display_name": user.get_full_name(), "name": label}
