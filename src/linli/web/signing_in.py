"""How does somebody sign in? What allauth is told about this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest

from linli.knocks import doors


class Accounts(DefaultAccountAdapter):
    """Accounts are made by an administrator; residents need none."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account by themselves."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a password that is tried, until it turns out to be right."""
        doors.knock_to_sign_in(request, str(credentials.get("username", "")))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Who it is, None for a wrong password; raises TooOften."""
        found = super().authenticate(request, **credentials)
        if found is not None:
            doors.forgive_sign_in(request, str(credentials.get("username", "")))
        return found

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Keep the name given, and show it until somebody says a better one."""
        super().populate_username(request, user)
        user.display_name = user.display_name or user.username


class Providers(DefaultSocialAccountAdapter):
    """Whom the city's own provider vouches for gets an account; what it may do is the roster's."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Open where a provider is set."""
        return bool(settings.SOCIALACCOUNT_PROVIDERS)


@receiver(user_logged_in)
def believe(request: HttpRequest, user: Any, sociallogin: Any = None, **_: Any) -> None:
    """Count the provider's own second factor, where the deployment says by which words."""
    if sociallogin is None:
        return
    token = (sociallogin.account.extra_data or {}).get("id_token") or {}
    said = {*_words(token.get("amr")), *_words(token.get("acr"))}
    if said & settings.OIDC_SECOND_FACTOR:
        record_authentication(
            request, user, "mfa", type="oidc", provider=sociallogin.account.provider
        )


def _words(claim: Any) -> list[str]:
    """A claim as the words it holds: `amr` is a list of them, `acr` one; anything else is none."""
    parts = claim if isinstance(claim, list) else [claim]
    return [part for part in parts if isinstance(part, str)]


@receiver(authenticator_added)
def remember(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Whoever has just set up a second factor has shown it: the code was checked."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=str(authenticator.type)
        )
