"""The plans as a Django application: what the city keeps of them stands in the registry."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class PlansConfig(AppConfig):
    """The plans that come with Linli are kept once the tables are there."""

    name = "linli.plans"
    label = "plans"

    def ready(self) -> None:
        """After a migration every shipped plan has a version, once the loops have their limits."""
        post_migrate.connect(_ship_plans, sender=apps.get_app_config("loops"))


def _ship_plans(**_: Any) -> None:
    from linli.plans.shelf import ship_plans  # needs the tables, which load after this module

    ship_plans()
