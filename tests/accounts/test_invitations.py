"""Inviting people to a team: who, for how long, and once (R47)."""

import pytest
from django.core import mail

from accounts.invitations import (
    NewInvitation,
    NoInvitationError,
    UsernameTakenError,
    accept_invitation,
    digest,
    invite_people,
    open_invitations,
    withdraw_invitations,
)
from accounts.models import AuditEntry
from accounts.passwords import check_password
from accounts.team import NoSchoolError
from tests.pages.conftest import world  # noqa: F401 -- a fixture
from tests.pages.world import BY


def invited(district, *people) -> list[str]:
    """The tokens in the mails to ``people``."""
    before = len(mail.outbox)
    invite_people(district, people, by=BY)
    return [sent.body.partition("/invitation/")[2].partition("/")[0] for sent in mail.outbox[before:]]


def test_r47_the_mail_leads_to_one_account_in_the_district(world):  # noqa: F811
    oak = world.oak.district
    lincoln = oak.schools.get(name__contains="Lincoln")
    theirs = world.elm.district.schools.first()
    new = NewInvitation("ann@oak.example", "school_coordinator", (theirs.pk, lincoln.pk), "Ann", "New")
    [token] = invited(oak, new)
    assert [(m.to, m.subject) for m in mail.outbox] == [(["ann@oak.example"], "You are invited to Oakdale Unified")]
    assert open_invitations(oak).get().token_digest == digest(token) != token
    user = accept_invitation(token, "annnew", "long-enough")
    assert (user.district, user.role, user.get_full_name(), user.email, list(user.schools.all())) == (
        oak, "school_coordinator", "Ann New", "ann@oak.example", [lincoln],
    )  # fmt: skip
    assert check_password(user, "long-enough")
    with pytest.raises(NoInvitationError):
        accept_invitation(token, "again", "long-enough")
    assert AuditEntry.objects.filter(verb="invite people", count=1).exists()


def test_r47_old_and_withdrawn_links_open_nothing(world):  # noqa: F811
    oak = world.oak.district
    one, two, three = (NewInvitation(f"{name}@oak.example", "coordinator") for name in "abc")
    [old], [withdrawn], [first], [again] = (invited(oak, each) for each in (one, two, three, three))
    rows = {each.email[0]: each for each in open_invitations(oak)}
    assert [withdraw_invitations(world.elm.district, [rows["b"].pk], by=BY)] == [0]
    assert [withdraw_invitations(oak, [rows["b"].pk], by=BY) for _ in range(2)] == [1, 0]
    rows["a"].expires = rows["a"].created
    rows["a"].save()
    for token in (old, withdrawn, first, "none"):
        with pytest.raises(NoInvitationError):
            accept_invitation(token, "somebody", "long-enough")
    assert accept_invitation(again, "somebody", "long-enough").email == "c@oak.example"


def test_a_taken_username_and_a_missing_school_are_refused(world):  # noqa: F811
    oak = world.oak.district
    [token] = invited(oak, NewInvitation("a@oak.example", "coordinator"))
    with pytest.raises(UsernameTakenError):
        accept_invitation(token, "TEACHER", "long-enough")
    with pytest.raises(NoSchoolError):
        invited(oak, NewInvitation("b@oak.example", "school_coordinator"))
    with pytest.raises(ValueError, match="ops"):
        invited(oak, NewInvitation("b@oak.example", "ops"))
    assert [one.email for one in open_invitations(oak)] == ["a@oak.example"]
