"""The loops as a Django application."""

from functools import partial
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LoopsConfig(AppConfig):
    """The ledger, and the limits and the terms that it ships with."""

    name = "linli.loops"
    label = "loops"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """After a migration every loop has limits in force; items follow people through merges."""
        from linli.loops import keeping, subjects  # they need the tables, which load after this
        from linli.loops.exposures import following as exposures
        from linli.loops.laboratory import following as laboratory
        from linli.loops.removals import rules
        from linli.loops.screening import following as screening
        from linli.loops.visits import following as visits
        from linli.registry import merges

        post_migrate.connect(_ship_limits, sender=self)
        merges.follow("items", subjects.move_person)
        merges.follow("orders", laboratory.move_orders)
        merges.follow("results", laboratory.move_results)
        merges.follow("visits", visits.move_person)
        merges.follow("exposures", exposures.move_person)
        merges.follow("sources", exposures.move_source)
        merges.follow("reports", screening.move_reports)
        merges.follow("rewards", screening.move_rewards)
        merges.follow("care_contacts", partial(subjects.move_collected, "care_contacts"))
        for name, kept in rules.shipped().items():
            keeping.also(name, kept.days)


def _ship_limits(**_: Any) -> None:
    from linli.loops.shipped import ship_limits  # needs the tables, which load after this module

    ship_limits()
