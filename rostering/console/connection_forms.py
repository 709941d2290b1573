"""The forms by which a district is connected; secrets are written here and shown nowhere."""

from pathlib import Path
from typing import Any

from django import forms

from rostering.models import Connection
from rostering.sources.sftp import check_host_key

Settings = tuple[dict[str, Any], dict[str, str]]


class FilesForm(forms.Form):
    """What all files have in common."""

    path = forms.CharField(label="Folder", help_text="Where the files are.", max_length=500)
    layout = forms.ChoiceField(label="Layout of the files", choices=Connection.Format.choices, initial="auto")


class FolderForm(FilesForm):
    """A folder on our machine; for operations."""

    def clean_path(self) -> str:
        """A folder that is there, by its whole name."""
        path = Path(self.cleaned_data["path"]).expanduser()
        if not path.is_absolute():
            raise forms.ValidationError("Write the whole path, from the root.")
        return str(path)

    def settings(self) -> Settings:
        """As ``connect`` stores them."""
        return {"path": self.cleaned_data["path"]}, {}


class SftpForm(FilesForm):
    """A folder on an SFTP server."""

    host = forms.CharField(label="Server", max_length=253)
    port = forms.IntegerField(label="Port", initial=22, min_value=1, max_value=65535)
    user = forms.CharField(label="User", max_length=100)
    host_key = forms.CharField(
        label="The server’s key", max_length=2000, help_text="As its administrator tells it: ssh-ed25519 AAAA…"
    )
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "off"}), max_length=500,
        help_text="Stored encrypted, and never shown again.",
    )  # fmt: skip

    def clean_host_key(self) -> str:
        """A public key."""
        key: str = self.cleaned_data["host_key"].strip()
        try:
            check_host_key(key)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return key

    def settings(self) -> Settings:
        """As ``connect`` stores them."""
        given = self.cleaned_data
        values = {name: given[name] for name in ("host", "port", "user", "path", "host_key")}
        return values, {"password": given["password"]}


class CleverForm(forms.Form):
    """Clever's API, by the district's token."""

    token = forms.CharField(
        label="Access token", widget=forms.PasswordInput(attrs={"autocomplete": "off"}), max_length=500,
        help_text="Stored encrypted, and never shown again.",
    )  # fmt: skip
    version = forms.ChoiceField(label="Version of the API", choices=(("v3.1", "v3.1"), ("v3.0", "v3.0")))

    def clean_token(self) -> str:
        """Something that can stand in a header."""
        token: str = self.cleaned_data["token"].strip()
        if not token.isascii() or not token.isprintable():
            raise forms.ValidationError("That is no access token.")
        return token

    def settings(self) -> Settings:
        """As ``connect`` stores them."""
        values = {"district": "", "api_url": "", "version": self.cleaned_data["version"]}
        return values, {"token": self.cleaned_data["token"]}


FORMS: dict[str, type[FolderForm] | type[SftpForm] | type[CleverForm]] = {
    "clever": CleverForm, "sftp": SftpForm, "folder": FolderForm,
}  # fmt: skip
