"""Security: the ways of two-step sign-in that somebody has, added and removed by themself. Students have none."""

import base64
import time
from collections.abc import Callable
from functools import wraps

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from qrcode import make as make_qr  # type: ignore[import-untyped]  # comes with allauth's extra
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from accounts import keys, mfa, mfa_passkey
from accounts.access import SignedInRequest, home_of, signed_in
from accounts.lifecycle import Actor
from accounts.mfa_forms import FirstCodeForm, PasskeyForm, ProofForm
from accounts.mfa_sign_in import PASSED, PROVED
from accounts.models import User

PROOF_LASTS = 60 * 15
"""Seconds after signing in, or proving it again, in which a way may be added without another proof."""
SECRET, NEW_CODES, WANTED = "new_app_secret", "new_codes_until", "proof_for"
CODES_LAST = 60 * 10
"""Seconds in which new recovery codes can be looked at again in the browser that made them."""

NOT_THE_CODE = "This is not the code. Look at the app again, and check that your phone's clock is right."

View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """For everybody but students; ``request.user`` comes with the district."""

    @wraps(view)
    def guarded(request: SignedInRequest, **kwargs: int) -> HttpResponse:
        user = User.objects.select_related("district").get(pk=request.user.pk)
        if not mfa.may_have(user):
            raise Http404
        request.user = user
        return view(request, **kwargs)

    return signed_in(guarded)


def proved(view: View) -> View:
    """After a proof that is not old: a computer that somebody left signed in adds nothing."""

    @wraps(view)
    def guarded(request: SignedInRequest, **kwargs: int) -> HttpResponse:
        if time.time() - request.session.get(PROVED, 0) <= PROOF_LASTS:
            return view(request, **kwargs)
        request.session[WANTED] = request.path
        return redirect("mfa_confirm")

    return for_staff(guarded)


@for_staff
def security(request: SignedInRequest) -> HttpResponse:
    """What somebody has, and what they may add."""
    user = request.user
    methods = [(one, _name(one)) for one in mfa.methods_of(user)]
    kinds = [one.type for one, _ in methods]
    context = {
        "methods": methods, "left": mfa.recovery_codes_left(user), "required": mfa.must_have(user),
        "home": home_of(user), "app": mfa.Type.TOTP in kinds,
        "full": kinds.count(mfa.Type.WEBAUTHN) >= mfa.MOST_PASSKEYS,
    }  # fmt: skip
    return render(request, "accounts/mfa_security.html", context)


@sensitive_post_parameters("proof")
@for_staff
def confirm(request: SignedInRequest) -> HttpResponse:
    """Is it still you? Then on to what was wanted."""
    form = ProofForm(request, request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session[PROVED] = time.time()
        return redirect(request.session.pop(WANTED, "mfa"))
    return render(request, "accounts/mfa_confirm.html", {"form": form})


@sensitive_post_parameters("code")
@proved
def add_app(request: SignedInRequest) -> HttpResponse:
    """A QR code to be scanned, its secret as text, and the first code as a proof that it worked."""
    user = request.user
    if mfa.methods_of(user).filter(type=mfa.Type.TOTP).exists():
        messages.info(request, "You have an authenticator app already. Remove it first if you have a new phone.")
        return redirect("mfa")
    secret, first = _secret_of(request), not user.second_step
    form = FirstCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if mfa.add_app(user, secret, form.cleaned_data["code"], by=Actor.of(user)):
            del request.session[SECRET]
            return _added(request, "Your authenticator app is added.", first)
        form.add_error("code", NOT_THE_CODE)
    adapter = get_adapter()
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    picture = _qr(adapter.build_totp_url(user, secret))
    return render(request, "accounts/mfa_app.html", {"form": form, "secret": spaced, "picture": picture})


@proved
def add_passkey(request: SignedInRequest) -> HttpResponse:
    """A passkey of this device, which needs its browser's help (``static/passkey.js``)."""
    user = request.user
    if mfa.methods_of(user).filter(type=mfa.Type.WEBAUTHN).count() >= mfa.MOST_PASSKEYS:
        messages.info(request, f"You have {mfa.MOST_PASSKEYS} passkeys already. Remove one first.")
        return redirect("mfa")
    form, first = PasskeyForm(request.POST or None), not user.second_step
    if request.method == "POST" and form.is_valid():
        if credential := mfa_passkey.registered(form.cleaned_data["credential"]):
            mfa.add_passkey(user, form.cleaned_data["name"], credential, by=Actor.of(user))
            return _added(request, "Your passkey is added.", first)
        form.add_error(None, "The passkey could not be made. Nothing was added. Try again.")
    context = {"form": form, "options": mfa_passkey.options_to_add(user)}
    return render(request, "accounts/mfa_passkey.html", context)


@sensitive_post_parameters("proof")
@for_staff
def codes(request: SignedInRequest) -> HttpResponse:
    """The recovery codes, right after they were made and never again; and new ones."""
    user = request.user
    if not user.second_step:
        return redirect("mfa")
    form = ProofForm(request, user, request.POST if "proof" in request.POST else None)
    if request.method == "POST" and "kept" in request.POST:
        request.session.pop(NEW_CODES, None)
        return redirect("mfa")
    if request.method == "POST" and form.is_valid():
        mfa.renew_recovery_codes(user, by=Actor.of(user))
        request.session[NEW_CODES] = time.time() + CODES_LAST
        return redirect("mfa_codes")
    fresh = time.time() < request.session.get(NEW_CODES, 0)
    context = {
        "codes": [f"{code[:4]} {code[4:]}" for code in mfa.recovery_codes(user)] if fresh else [],
        "left": mfa.recovery_codes_left(user), "form": form,
    }  # fmt: skip
    return render(request, "accounts/mfa_codes.html", context)


@sensitive_post_parameters("proof")
@for_staff
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Takes one way away, after a proof."""
    user = request.user
    method = get_object_or_404(mfa.methods_of(user), pk=pk)
    form = ProofForm(request, user, request.POST or None)
    last = not mfa.methods_of(user).exclude(pk=pk).exists()
    if request.method == "POST" and form.is_valid():
        try:
            mfa.remove_method(user, pk, by=Actor.of(user))
        except mfa.LastMethodError as error:
            messages.error(request, f"{error} Nothing was changed.")
        else:
            messages.success(request, f"Removed: {_name(method)}.")
        return redirect("mfa")
    context = {"form": form, "name": _name(method), "last": last}
    return render(request, "accounts/mfa_remove.html", context)


def _added(request: SignedInRequest, words: str, first: bool) -> HttpResponse:
    """This browser has passed the second step. With the first way come recovery codes."""
    request.session[PASSED] = True
    messages.success(request, words)
    if not first:
        return redirect("mfa")
    request.session[NEW_CODES] = time.time() + CODES_LAST
    return redirect("mfa_codes")


def _secret_of(request: SignedInRequest) -> str:
    """The secret that is being set up in this browser; encrypted, because sessions stand in the database."""
    if SECRET not in request.session:
        request.session[SECRET] = keys.encrypt(generate_totp_secret())
    return keys.decrypt(request.session[SECRET])


def _qr(address: str) -> str:
    """A picture that an ``img`` can show."""
    svg = make_qr(address, image_factory=SvgPathFillImage).to_string()
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def _name(method: Authenticator) -> str:
    if method.type == mfa.Type.TOTP:
        return "Authenticator app"
    return f"Passkey “{method.wrap().name}”"
