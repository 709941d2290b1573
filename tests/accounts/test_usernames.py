import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.usernames import UsernamePool, generated_base, usable_from_sis, username_key

NAMES = st.text(max_size=90)
ROLES = st.sampled_from(["teacher", "staff", "student"])
GRADES = st.sampled_from(["", "Kindergarten", "2", "3", "12", "Ungraded"])
BASES = st.sampled_from(["jsmith", "jsmith1", "jsmith11", "JSmith", "a" * 64, "a" * 63 + "1", "a" * 80, "li"])


@pytest.mark.parametrize(
    ("role", "grade", "first", "last", "base"),
    [
        ("teacher", "", "John", "Smith", "jsmith"),
        ("staff", "", "John", "Smith", "jsmith"),
        ("teacher", "Kindergarten", "John", "Smith", "jsmith"),
        ("student", "InfantToddler", "Mary", "Jones", "maryj"),
        ("student", "Preschool", "Mary", "Jones", "maryj"),
        ("student", "PreKindergarten", "Mary", "Jones", "maryj"),
        ("student", "TransitionalKindergarten", "Mary", "Jones", "maryj"),
        ("student", "Kindergarten", "Mary", "Jones", "maryj"),
        ("student", "1", "Mary", "Jones", "maryj"),
        ("student", "2", "Mary", "Jones", "maryj"),
        ("student", "3", "Mary", "Jones", "mjones"),
        ("student", "12", "Mary", "Jones", "mjones"),
        ("student", "13", "Mary", "Jones", "mjones"),
        ("student", "PostGraduate", "Mary", "Jones", "mjones"),
        ("student", "Ungraded", "Mary", "Jones", "mjones"),
        ("student", "Other", "Mary", "Jones", "mjones"),
        ("student", "", "Mary", "Jones", "mjones"),
        ("student", "1", "José", "O'Brien", "joseo"),
        ("student", "5", "Łukasz", "Nowak", "lnowak"),
        ("teacher", "", "Jörg", "Weiß", "jweiss"),
        ("teacher", "", "Søren", "De La Cruz-Østergård", "sdelacruzostergard"),
        ("student", "2", "明", "李", "mingl"),
        ("student", "5", "明", "李", "mli"),
        ("student", "1", "Þór", "Ægisson", "thora"),
        ("teacher", "", "Ægir", "Jónsson", "ajonsson"),
        ("teacher", "", "Иван", "Петров", "ipetrov"),
        ("student", "1", "मीरा", "Rao", "mirar"),
        ("student", "1", "Jose\N{COMBINING ACUTE ACCENT}", "Diaz", "josed"),
        ("teacher", "", "😀 Ann", "Lee", "alee"),
        ("teacher", "", "'Aolani", "\N{MODIFIER LETTER TURNED COMMA}Iolani", "aiolani"),
        ("teacher", "", "Robert", "Brown Jr. 3", "rbrownjr3"),
        ("teacher", "", "", "Smith", "smith"),
        ("student", "1", "Mary", "", "mary"),
        ("student", "5", "Mary", "  ", "mary"),
        ("teacher", "", "😀", "—", "teacher"),
        ("staff", "", "", "", "staff"),
        ("student", "4", "", "", "student"),
        ("teacher", "", "J", "x" * 90, "j" + "x" * 63),
    ],
)
def test_r9_generated_base(role, grade, first, last, base):
    assert generated_base(role, grade, first, last) == base


@given(ROLES, GRADES, NAMES, NAMES)
def test_r9_any_name_gives_1_to_64_ascii_letters_and_digits(role, grade, first, last):
    base = generated_base(role, grade, first, last)
    assert usable_from_sis(base) is None
    assert base == base.lower() == generated_base(role, grade, first, last)


def test_r10_the_smallest_free_number_is_appended():
    pool = UsernamePool(["JSmith1", "jsmith3"])
    assert [pool.number("jsmith") for _ in range(4)] == ["jsmith", "jsmith2", "jsmith4", "jsmith5"]


def test_r10_a_numbered_name_may_be_the_base_of_somebody_else():
    pool = UsernamePool([])
    assert [pool.number(base) for base in ("jsmith1", "jsmith", "jsmith", "jsmith1", "jsmith")] == [
        "jsmith1", "jsmith", "jsmith2", "jsmith11", "jsmith3",
    ]  # fmt: skip


def test_r10_the_number_fits_into_64_characters():
    pool = UsernamePool([])
    names = [pool.number("b" * 70) for _ in range(11)]
    assert names == ["b" * 64, *("b" * 63 + str(number) for number in range(1, 10)), "b" * 62 + "10"]


def test_r10_names_from_the_sis_are_claimed_without_case():
    pool = UsernamePool(["ALee"])
    assert [pool.is_free("alee"), pool.claim("alee"), pool.claim("BLee"), pool.claim("blee")] == [
        False, False, True, False,
    ]  # fmt: skip
    assert [pool.number("blee"), pool.is_free("blee1")] == ["blee1", False]


def test_r10_twenty_thousand_of_one_name_are_numbered_in_a_row():
    pool = UsernamePool([])
    assert [pool.number("jsmith") for _ in range(20_000)] == ["jsmith", *(f"jsmith{n}" for n in range(1, 20_000))]


def counted_from_one(base, taken):
    """The rule, told the slow way."""
    for number in range(len(taken) + 2):
        digits = str(number or "")
        name = base[: 64 - len(digits)] + digits
        if name.lower() not in taken:
            return name
    raise AssertionError


@given(st.lists(BASES), st.lists(st.tuples(st.booleans(), BASES), max_size=60))
def test_r10_names_are_unique_and_the_smallest_free(existing, wishes):
    pool, taken = UsernamePool(existing), {name.lower() for name in existing}
    for from_sis, wanted in wishes:
        if from_sis:
            assert pool.claim(wanted) == (wanted.lower() not in taken)
            taken.add(wanted.lower())
        else:
            expected = counted_from_one(wanted, taken)
            assert pool.number(wanted) == expected
            assert len(expected) <= 64
            taken.add(username_key(expected))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("JSmith", None),
        ("0042", None),
        ("x" * 64, None),
        ("", "missing"),
        ("  ", "missing"),
        ("x" * 65, "longer than 64 characters"),
        ("j.smith", "not only letters A to Z and digits"),
        ("j smith", "not only letters A to Z and digits"),
        ("jsmith\n", "not only letters A to Z and digits"),
        ("josé", "not only letters A to Z and digits"),
        ("j@x.org", "not only letters A to Z and digits"),
        ("٣٤", "not only letters A to Z and digits"),
    ],
)
def test_r11_username_from_the_sis(raw, reason):
    assert usable_from_sis(raw) == reason
