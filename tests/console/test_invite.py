"""Inviting into the team from the console (R47)."""

from django.core import mail

from accounts.models import AuditEntry, Invitation

TEAM = "/console/in/oak/team/"


def said(page):
    return [str(message) for message in page.context["messages"]]


def invite(client, **given):
    return client.post(f"{TEAM}invite/", {"email": "ann@oak.example", "role": "coordinator", **given}, follow=True)


def test_r47_somebody_is_invited_and_the_invitation_taken_back_once(world, coordinator):
    assert said(invite(coordinator)) == ["ann@oak.example is invited. The link in the mail is good for a week."]
    [one] = Invitation.objects.all()
    assert (one.district, one.role, one.invited_by, mail.outbox[0].to) == (
        world.oak.district, "coordinator", world.oak.users["coordinator"], ["ann@oak.example"],
    )  # fmt: skip
    assert "ann@oak.example" in coordinator.get(TEAM).content.decode()
    back = f"{TEAM}invitations/{one.pk}/withdraw/"
    assert said(coordinator.post(back, follow=True)) == [
        "The invitation is taken back; its link opens nothing any more."
    ]
    assert said(coordinator.post(back, follow=True)) == ["It was so already. Nothing was changed."]
    assert list(AuditEntry.objects.order_by("-pk").values_list("verb", flat=True)[:2]) == [
        "withdraw invitations", "invite people",
    ]  # fmt: skip


def test_what_is_wrong_invites_nobody(world, coordinator):
    assert said(invite(coordinator, email="ann at oak")) == ["That is not an email address. Nobody was invited."]
    theirs = world.elm.district.schools.first().pk
    assert said(invite(coordinator, role="school_coordinator", school=[theirs]))[0].endswith("Nobody was invited.")
    assert said(invite(coordinator, role="ops")) == []
    assert (Invitation.objects.count(), mail.outbox) == (0, [])


def test_r47_only_the_districts_own_coordinator_and_ops_invite(world, as_user, ops, school_coordinator):
    for client in (school_coordinator, as_user(world.elm.users["coordinator"])):
        assert client.post(f"{TEAM}invite/", {"email": "x@y.example", "role": "coordinator"}).status_code == 404
    invite(ops)
    [one] = Invitation.objects.all()
    elm = as_user(world.elm.users["coordinator"])
    elm.post(f"/console/in/elm/team/invitations/{one.pk}/withdraw/")
    one.refresh_from_db()
    assert one.is_open
