"""The pages as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages of Linli."""

    name = "linli.web"
    label = "web"
