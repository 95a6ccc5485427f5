"""The studies as a Django application: what a study keeps has tables of its own."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    """Its tables and its label."""

    name = "linli.studies"
    label = "studies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Its runs are kept by terms that a city signs, as words are."""
        from linli.loops import keeping  # needs the tables, which load after this module
        from linli.studies import thinning

        for one in thinning.KINDS:
            keeping.also(one.name, one.days)
