"""Who can sign in? An account is a person at work or a resident; what it may do is the roster's."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from linli import bulk
from linli.errors import N_, NotFound, Taken, Word


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; the password is hashed, or none can be used."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account; raises Taken if the name is in use."""
        if self.filter(username=username).exists():
            raise Taken(what=Word(N_("The user name")), value=username)
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A way to sign in, with the language and reach of whoever uses it."""

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=12, default="zh-hans")
    organisation_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)  # the resident it belongs to, if any
    skills = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    is_cast = models.BooleanField(default=False)  # one of the demo's cast, with one-click sign-in
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["person_id"], name="account_person"),
            models.Index(fields=["email"], name="account_email"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """The name others see."""
        return self.display_name

    @property
    def is_staff(self) -> bool:
        """Django's own admin is not used; nobody is staff of it."""
        return False


LOADED = (
    "id", "username", "password", "last_login", "display_name", "email", "phone",
    "language", "organisation_id", "person_id", "skills", "is_active", "is_cast",
    "date_joined",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add accounts in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Account, LOADED, rows)


def called(username: str) -> Account:
    """The account of that user name, which can sign in; raises NotFound."""
    found = Account.objects.filter(username=username.strip(), is_active=True).first()
    if found is None:
        raise NotFound(what=Word(N_("account")), value=username.strip()[:80])
    return found
