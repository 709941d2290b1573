"""Guards and pauses in the console (R31, R33, R38)."""

import re
from datetime import date, timedelta

from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.models import AuditEntry
from rostering.connections import sync_settings_of
from rostering.core.safety import DEFAULT_LIMITS
from rostering.models import SyncSettings
from rostering.pauses import set_pause, state_of
from tests.pages.world import BY

ADDRESS = "/console/in/oak/settings/guards/"
SAME = "It was so already. Nothing was changed."


def said(response) -> str:
    return [str(message) for message in get_messages(response.wsgi_request)][-1]


def form(**changed: object) -> dict[str, object]:
    """The defaults, as the page would send them."""
    limits = DEFAULT_LIMITS.items()
    given = {f"{kind}-percent": limit.percent for kind, limit in limits}
    given |= {f"{kind}-floor": limit.floor for kind, limit in limits}
    return given | {"grace_days": 0} | {name.replace("_", "-", 1): value for name, value in changed.items()}


def audited(verb: str) -> list[str]:
    return list(AuditEntry.objects.filter(verb=verb).order_by("pk").values_list("subject", flat=True))


def seen(client) -> str:
    return re.search(r'name="seen" value="([^"]+)"', client.get(ADDRESS).content.decode())[1]


def day(ahead: int) -> date:
    return timezone.localdate() + timedelta(days=ahead)


def test_r33_limits_that_differ_are_saved_once_and_go_back(world, coordinator):
    limits = f"{ADDRESS}limits/"
    given = form(students_percent=5, seats_floor=9) | {"grace_days": 7}
    words = [said(coordinator.post(limits, form())), said(coordinator.post(limits, given))]
    decided = sync_settings_of(world.oak.district)
    assert (decided.limits, decided.grace_days) == (
        {"students": {"percent": 5.0, "floor": 5}, "seats": {"percent": 30.0, "floor": 9}}, 7
    )  # fmt: skip
    words += [said(coordinator.post(limits, given))]
    words += [said(coordinator.post(limits, {"step": "reset"})), said(coordinator.post(limits, {"step": "reset"}))]
    assert words == [SAME, "Saved. The next sync judges by it.", SAME, "Saved. These are the defaults.", SAME]
    assert audited("set limits") == ["students 5 % 5", "seats 30 % 9", "grace 7 days", "defaults"]
    decided = sync_settings_of(world.oak.district)
    assert (decided.limits, decided.grace_days) == ({}, 0)


def test_numbers_that_make_no_limit_are_said_beside_the_field(world, coordinator):
    answer = coordinator.post(f"{ADDRESS}limits/", form(students_percent=101, classes_floor=0) | {"grace_days": 400})
    assert answer.context["limits_form"].errors == {
        "students-percent": ["Ensure this value is less than or equal to 100."],
        "classes-floor": ["Ensure this value is greater than or equal to 1."],
        "grace_days": ["Ensure this value is less than or equal to 365."],
    }
    assert audited("set limits") == []


def test_r31_removals_pause_between_dates_and_the_page_says_so(world, coordinator):
    given = {"kind": "additive", "start": "", "until": day(9).isoformat()}
    words = [said(coordinator.post(f"{ADDRESS}pause/", given)) for _ in range(2)]
    assert words == ["Saved. The pause is set.", SAME]
    decided = sync_settings_of(world.oak.district)
    assert state_of(decided, day(0)) == {
        "district": "oak", "pause": "additive", "from": None, "until": day(9).isoformat(), "switch": None,
        "by": f"coordinator {world.oak.users['coordinator'].pk}", "today": "additive",
    }  # fmt: skip
    assert "Adding only" in coordinator.get(ADDRESS).content.decode()
    answer = {"seen": seen(coordinator)}
    assert [said(coordinator.post(f"{ADDRESS}resume/", answer)) for _ in range(2)] == [
        "Saved. The pause is over.", SAME
    ]  # fmt: skip
    assert audited("pause") == [f"additive until {day(9)}"]


def test_r38_a_pause_that_came_meanwhile_is_not_ended_by_a_stale_page(world, coordinator):
    set_pause(world.oak.district, SyncSettings.Pause.ADDITIVE, by=BY)
    stale = seen(coordinator)
    set_pause(world.oak.district, SyncSettings.Pause.PAUSED, by=BY)
    assert said(coordinator.post(f"{ADDRESS}resume/", {"seen": stale})) == (
        "Somebody changed the pause meanwhile. Nothing was changed; look again."
    )
    assert sync_settings_of(world.oak.district).pause == "paused"


def test_dates_that_do_not_fit_are_said_beside_the_field(world, coordinator):
    past = coordinator.post(f"{ADDRESS}pause/", {"kind": "paused", "until": day(0).isoformat()})
    assert past.context["pause_form"].errors == {"until": ["Choose a day after today."]}
    turned = {"kind": "paused", "start": day(5).isoformat(), "until": day(3).isoformat()}
    [why] = coordinator.post(f"{ADDRESS}pause/", turned).context["pause_form"].errors["until"]
    assert why.endswith("has no day in it. Nothing was changed.")
    assert coordinator.post(f"{ADDRESS}switch/", {}).context["switch_form"].errors == {
        "switch": ["This field is required."]
    }
    assert not SyncSettings.objects.exists()


def test_r31_the_switch_date_is_set_and_forgotten_only_when_asked(world, coordinator):
    given = {"switch": day(30).isoformat()}
    words = [said(coordinator.post(f"{ADDRESS}switch/", given)) for _ in range(2)]
    assert words == ["Saved. Until that day syncs only add.", SAME]
    set_pause(world.oak.district, SyncSettings.Pause.PAUSED, by=BY)
    coordinator.post(f"{ADDRESS}resume/", {"seen": seen(coordinator)})
    assert sync_settings_of(world.oak.district).switch_date == day(30)
    last = coordinator.post(f"{ADDRESS}resume/", {"seen": seen(coordinator), "switch": "1"})
    assert (said(last), sync_settings_of(world.oak.district).switch_date) == (
        "Saved. Syncs run as usual again.", None
    )  # fmt: skip
