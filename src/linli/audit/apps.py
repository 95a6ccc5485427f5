"""The audit as a Django application."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Acts and seals."""

    name = "linli.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
