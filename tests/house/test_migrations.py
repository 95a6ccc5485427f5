"""The tables of every version can be made: no model has moved on without its migration."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_every_model_is_what_its_migrations_make_of_it() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
