import pytest

from rostering.core.normalize import clean, digits_lost, email, grade, iso_date, section_name
from rostering.core.records import GRADES


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  José  ", "José"),
        ("\u00a0O'Brien-Łukasz\u2003", "O'Brien-Łukasz"),
        ("李 小龙", "李 小龙"),
        ("Cafe\u0301", "Cafe\u0301"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),
        ("An\x07na\x7f", "Anna"),
        ("Room\r\n12\tB", "Room 12 B"),
        ("0042", "0042"),
        (" \t ", ""),
    ],
)
def test_r7_text_keeps_everything_but_outer_blanks_and_control_characters(raw, expected):
    assert clean(raw) == expected


@pytest.mark.parametrize("word", GRADES)
def test_every_grade_of_clever_is_itself_in_any_case(word):
    assert [grade(word), grade(word.upper()), grade(f" {word} ")] == [(word, True)] * 3


@pytest.mark.parametrize(
    ("raws", "expected"),
    [
        (("0", "00", "K", "KG", "KF", "kindergarten"), "Kindergarten"),
        (("-1", "PK", "PreK", "Pre-K", "Prekindergarten", "pre kindergarten"), "PreKindergarten"),
        (("-2", "PS", "Preschool"), "Preschool"),
        (("TK", "-5", "Transitional Kindergarten"), "TransitionalKindergarten"),
        (("IT", "Infant/Toddler"), "InfantToddler"),
        (("01", "1"), "1"),
        (("09", "9"), "9"),
        (("12",), "12"),
        (("13",), "13"),
        (("PG", "Postgraduate", "post-graduate"), "PostGraduate"),
        (("UG", "Ungraded"), "Ungraded"),
        (("Other", "other"), "Other"),
    ],
)
def test_grades_seen_in_files(raws, expected):
    assert [grade(raw) for raw in raws] == [(expected, True)] * len(raws)


@pytest.mark.parametrize("raw", ["3-5", "K-5", "8-Jun", "1/2", "14", "-3", "4th", "Grade 4", "PK/K", "010"])
def test_a_range_or_an_unknown_grade_is_other_and_not_named(raw):
    assert grade(raw) == ("Other", False)


def test_a_blank_grade_is_empty_and_not_named():
    assert [grade(""), grade("  ")] == [("", False), ("", False)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (" mo.li@larkfield.example ", "mo.li@larkfield.example"),
        ("O'Brien@Larkfield.example", "O'Brien@Larkfield.example"),
        ("ann@localhost", "ann@localhost"),
        ("ann.larkfield.example", ""),
        ("ann@@larkfield.example", ""),
        ("ann@lark@field", ""),
        ("@larkfield.example", ""),
        ("ann@", ""),
        ("ann lee@larkfield.example", ""),
        ("ann@lark\u00a0field.example", ""),
        ("", ""),
    ],
)
def test_an_email_has_one_at_sign_with_something_on_both_sides(raw, expected):
    assert email(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("03/09/2016", "2016-03-09"),
        ("3/9/2016", "2016-03-09"),
        ("3/9/16", "2016-03-09"),
        ("12/19/97", "1997-12-19"),
        ("2016-03-09", "2016-03-09"),
        ("20160309", "2016-03-09"),
        (" 3/9/16 ", "2016-03-09"),
        ("2/29/2016", "2016-02-29"),
        ("2/29/2015", ""),
        ("19/12/1997", ""),
        ("9 March 2016", ""),
        ("42438", ""),
        ("0000-00-00", ""),
        ("", ""),
    ],
)
def test_dates(raw, expected):
    assert iso_date(raw) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Algebra", "Quill", "2"), "Algebra - Quill - 2"),
        (("Algebra", "", "2"), "Algebra - 2"),
        (("", "Quill", None), "Quill"),
        ((None, "", None), ""),
    ],
)
def test_r18_a_built_name_skips_what_is_blank(parts, expected):
    assert section_name(*parts) == expected


def test_ids_that_would_be_known_with_other_zeros_are_paired_and_others_are_not():
    unknown = ["42", "00042", "7", "1.0E+05", "4E10"]
    assert digits_lost(unknown, ["0042", "0100", "4E1"]) == [("42", "0042"), ("00042", "0042"), ("1.0E+05", "100000")]
