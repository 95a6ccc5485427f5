"""The counters, and the table in which allauth counts what it limits by itself."""

from django.core.management import call_command
from django.db import migrations, models

CACHE = "knocks_cache"


def make_cache(apps, schema_editor):
    """The table of Django's cache in the database."""
    call_command("createcachetable", CACHE, database=schema_editor.connection.alias, verbosity=0)


def drop_cache(apps, schema_editor):
    """As it was before."""
    schema_editor.execute(f'DROP TABLE IF EXISTS "{CACHE}"')


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Knock",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("weighs_until_ms", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["weighs_until_ms"], name="knock_until")],
            },
        ),
        migrations.RunPython(make_cache, drop_cache),
    ]
