import pytest
from django.contrib.auth.hashers import check_password, identify_hasher
from hypothesis import given
from hypothesis import strategies as st

from accounts.hashers import encode_digest, password_key, salt_of, strengthen
from tests.accounts.people import make_district

KEY = b"k" * 32


@pytest.fixture
def district():
    return make_district("maple")


def digest(district, raw, salt="s1"):
    return encode_digest(district.pk, password_key(district.pk, district.digest_key), salt, raw)


def test_r15_the_same_password_gives_the_same_digest_and_another_one_does_not():
    encoded = encode_digest(7, KEY, "s1", "hunter2")
    assert encoded == "roster_hmac$7.s1$9oHMN1ykLSDBwNqgnCk7pVGJY4bEDW88d58hMoitWH8"
    others = {
        encode_digest(7, KEY, "s1", "hunter3"),
        encode_digest(7, KEY, "s2", "hunter2"),
        encode_digest(7, b"x" * 32, "s1", "hunter2"),
    }
    assert len({encoded.rpartition("$")[2], *(other.rpartition("$")[2] for other in others)}) == 4


@given(st.text(min_size=1), st.text(min_size=1))
def test_r16_any_digest_fits_the_column(identity, raw):
    assert len(encode_digest(2**63 - 1, KEY, salt_of(identity), raw)) <= 128


def test_r16_the_longest_hashes_fit_the_column():
    encoded = encode_digest(2**63 - 1, KEY, "s" * 32, "hunter2")
    assert max(len(encoded), len(strengthen(encoded))) <= 128


@pytest.mark.parametrize("salt", ["", "a$b", "s" * 33])
def test_a_salt_that_would_break_the_hash_is_refused(salt):
    with pytest.raises(ValueError, match="The salt of a digest"):
        encode_digest(7, KEY, salt, "hunter2")


@pytest.mark.django_db
@pytest.mark.parametrize("raw", ["hunter2", "pässwörd", "李李李李", " spaced ", "do$$ar"])
def test_r14_a_password_from_the_sis_opens_before_and_after_strengthening(district, raw):
    encoded = digest(district, raw)
    wrong = raw + "x"
    for stored in (encoded, strengthen(encoded)):
        assert [check_password(typed, stored) for typed in (raw, wrong, "")] == [True, False, False]


@pytest.mark.django_db
def test_an_accent_may_be_composed_in_the_file_and_not_on_the_keyboard(district):
    assert check_password("Jose\N{COMBINING ACUTE ACCENT}1", digest(district, "José1"))


@pytest.mark.django_db
def test_r41_the_same_password_and_salt_in_two_districts_are_different_hashes(district):
    assert len({digest(d, "hunter2").rpartition("$")[2] for d in (district, make_district("oak"))}) == 2


@pytest.mark.django_db
def test_both_kinds_are_upgraded_at_the_next_sign_in_and_a_refusal_is_not(district):
    encoded = digest(district, "hunter2")
    upgraded = []
    for stored in (encoded, strengthen(encoded)):
        check_password("wrong", stored, upgraded.append)
        check_password("hunter2", stored, upgraded.append)
    assert upgraded == ["hunter2", "hunter2"]


def test_r16_a_page_that_shows_the_kind_of_a_hash_shows_nothing_of_it():
    encoded = encode_digest(7, KEY, "s1", "hunter2")
    assert [identify_hasher(stored).safe_summary(stored) for stored in (encoded, strengthen(encoded))] == [
        {"algorithm": "roster_hmac"},
        {"algorithm": "roster_pbkdf2"},
    ]


def test_only_a_digest_can_be_strengthened():
    with pytest.raises(ValueError, match="not md5"):
        strengthen("md5$salt$hash")
