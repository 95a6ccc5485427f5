"""The jobs ring as a Django application."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Its tables and their label."""

    name = "linli.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
