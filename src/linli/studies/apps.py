"""The studies as a Django application: what a study keeps has tables of its own."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    """Its tables and its label."""

    name = "linli.studies"
    label = "studies"
    default_auto_field = "django.db.models.BigAutoField"
