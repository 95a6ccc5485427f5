"""The registry ring as a Django application."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Its tables and their label."""

    name = "linli.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the worker which jobs of this ring it may be given."""
        from linli.registry import proving  # noqa: F401 - registers its job
