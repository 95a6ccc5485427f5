"""What is asked at the sign-in? A name and a password, and no promise that cannot be kept."""

from typing import Any

from allauth.account.forms import LoginForm


class SignIn(LoginForm):
    """The form of the sign-in, with labels instead of hints inside the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""
