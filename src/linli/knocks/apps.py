"""The knocks ring as a Django application."""

from django.apps import AppConfig


class KnocksConfig(AppConfig):
    """Its table and its label."""

    name = "linli.knocks"
    label = "knocks"
    default_auto_field = "django.db.models.BigAutoField"
