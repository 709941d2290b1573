import pytest
from cryptography.fernet import Fernet

from accounts import keys

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def _old_key(settings):
    settings.FIELD_KEYS = [OLD]


@pytest.mark.parametrize("text", ["", "token", "pässwörd 李", "x" * 5000])
def test_r49_what_is_encrypted_comes_back(text):
    token = keys.encrypt(text)
    assert keys.decrypt(token) == text
    assert not text or text not in token
    assert keys.decrypt_bytes(keys.encrypt_bytes(text.encode())) == text.encode()


@pytest.mark.parametrize("field_keys", [[NEW, OLD], f"{NEW}, {OLD}"], ids=["list", "text"])
def test_r49_the_newest_key_encrypts_and_every_key_decrypts(settings, field_keys):
    token = keys.encrypt("secret")
    settings.FIELD_KEYS = field_keys
    assert keys.decrypt(token) == "secret"
    assert Fernet(NEW).decrypt(keys.encrypt("secret")) == b"secret"


def test_r49_rotating_keeps_the_digest_key(settings):
    stored = keys.new_digest_key()
    key = keys.digest_key(7, stored)
    settings.FIELD_KEYS = [NEW, OLD]
    rotated = keys.rotate(stored)
    settings.FIELD_KEYS = [NEW]
    assert keys.digest_key(7, rotated) == key
    with pytest.raises(keys.FieldKeyError, match="The digest key of district 7 cannot be decrypted"):
        keys.digest_key(7, stored)


def test_every_district_has_a_key_of_its_own_and_every_purpose_too():
    key, other = (keys.digest_key(pk, keys.new_digest_key()) for pk in (1, 2))
    derived = {keys.derive(k, purpose) for k in (key, other) for purpose in (keys.PASSWORDS, keys.BIRTHS)}
    assert [len(k) for k in (key, other, *derived)] == [32] * 6
    assert len({key, other, *derived}) == 6
    assert keys.derive(key, keys.BIRTHS) == keys.derive(key, "births")


@pytest.mark.parametrize(
    "token", ["", "hunter2", "é", Fernet(NEW).encrypt(b"hunter2").decode()], ids=["empty", "word", "accent", "other"]
)
def test_a_token_that_no_key_opens_is_refused_in_a_sentence(token):
    for read in (keys.decrypt, keys.rotate):
        with pytest.raises(keys.FieldKeyError, match="A stored secret cannot be decrypted with any key") as error:
            read(token)
        assert token == "" or token not in str(error.value)


@pytest.mark.parametrize(
    ("field_keys", "sentence"),
    [
        ([], "FIELD_KEYS is empty"),
        ([OLD, "short"], "Key 2 in FIELD_KEYS is not 32 bytes"),
        ([OLD[:-4]], "Key 1 in FIELD_KEYS is not 32 bytes"),
        ([OLD.replace("=", "é")], "Key 1 in FIELD_KEYS is not 32 bytes"),
    ],
    ids=["none", "short", "cut", "stray"],
)
def test_malformed_field_keys_are_refused_without_showing_them(settings, field_keys, sentence):
    settings.FIELD_KEYS = field_keys
    with pytest.raises(keys.FieldKeyError, match=sentence) as error:
        keys.encrypt("secret")
    assert not any(key in str(error.value) for key in field_keys)
