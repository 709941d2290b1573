"""Finding one's district, signing in and out, one's own password."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, home_of, signed_in
from accounts.forms import DistrictForm, PasswordForm, SignInForm
from accounts.lifecycle import Actor, set_passwords
from accounts.mfa_sign_in import let_in
from accounts.models import District, User
from accounts.queries import districts_matching

OPS = "ops"
"""Stands where a district's code stands, for the accounts that belong to no district; no district may have it."""

COOKIE, COOKIE_SALT, COOKIE_AGE = "district", "accounts.district", 60 * 60 * 24 * 365
PAGE = 20


@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """Sends a person to the page of their role."""
    return redirect(home_of(request.user))


@require_safe
@never_cache
def find_district(request: HttpRequest) -> HttpResponse:
    """Which district? Skipped where only one exists or this browser remembers; ``?choose=1`` asks anyway."""
    asked = "district" in request.GET
    form = DistrictForm(request.GET if asked else None, label_suffix="")
    text = form.cleaned_data["district"].strip() if asked and form.is_valid() else ""
    slug = OPS if text.lower() == OPS else _only_match(request, text, asked="choose" in request.GET or asked)
    if slug:
        return _with_next(request, reverse("sign_in", args=[slug]))
    found = Paginator(districts_matching(text), PAGE).get_page(request.GET.get("page"))
    kept = {name: value for name, value in request.GET.items() if name in ("district", "choose", "next")}
    context = {"form": form, "found": found, "text": text, "next": _next(request), "ops": OPS, "query": urlencode(kept)}
    return render(request, "accounts/find_district.html", context)


def _only_match(request: HttpRequest, text: str, *, asked: bool) -> str | None:
    """The code of the district that there is no need to ask for, if so."""
    matching = list(districts_matching(text).values_list("slug", flat=True)[:2])
    if len(matching) == 1 and (text or not asked):
        return matching[0]
    remembered = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_AGE)
    if remembered and not asked and District.objects.filter(slug=remembered).exists():
        return remembered
    return None


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    """The sign-in of one district. Whoever is signed in on this computer is replaced, after a second step if any."""
    district = None if slug == OPS else District.objects.filter(slug=slug).first()
    if district is None and slug != OPS:
        raise Http404("There is no district with this address.")
    form = SignInForm(request, district, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user:
        response = let_in(request, form.user, _next(request))
        if district:
            _remember(response, request, district)
        return response
    others = District.objects.exclude(slug=slug).exists()
    context = {"form": form, "district": district, "others": others, "next": _next(request)}
    return render(request, "accounts/sign_in.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; by POST only, so that no link of somebody else's does it."""
    logout(request)
    messages.success(request, "You are signed out.")
    return redirect("login")


@sensitive_post_parameters("old_password", "new_password1", "new_password2")
@signed_in
def change_password(request: SignedInRequest) -> HttpResponse:
    """A person's own password (R15). They stay signed in here; their other sessions end."""
    user = User.objects.select_related("district").get(pk=request.user.pk)
    form = PasswordForm(request, user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_passwords([user], form.cleaned_data["new_password1"], by=Actor.of(user))
        update_session_auth_hash(request, user)
        messages.success(request, "Your password is changed. Use the new one from now on.")
        return redirect(home_of(user))
    return render(request, "accounts/password.html", {"form": form})


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of ours; else empty."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""


def _with_next(request: HttpRequest, address: str) -> HttpResponse:
    wanted = _next(request)
    return redirect(f"{address}?{urlencode({'next': wanted})}" if wanted else address)


def _remember(response: HttpResponse, request: HttpRequest, district: District) -> None:
    """So that the next person at this computer need not look for the district."""
    response.set_signed_cookie(
        COOKIE,
        district.slug,
        salt=COOKIE_SALT,
        max_age=COOKIE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
