"""The registry ring as a Django application."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Its tables and their label."""

    name = "linli.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
