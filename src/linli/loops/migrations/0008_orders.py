"""Orders can be cancelled; results that wait lie where their sender reaches."""

from typing import Any

from django.db import migrations, models


def place(apps: Any, schema_editor: Any) -> None:
    """Results that nobody has matched are the top's, where the keepers of the registry see them."""
    del schema_editor
    top = apps.get_model("registry", "Area").objects.filter(parent=None).order_by("path").first()
    if top is not None:
        waiting = apps.get_model("loops", "LabResult").objects.filter(match="", path="")
        waiting.update(path=top.path)


class Migration(migrations.Migration):
    dependencies = [("loops", "0007_office"), ("registry", "0006_post_roles")]
    operations = [
        migrations.AddField("laborder", "cancelled_by", models.BigIntegerField(null=True)),
        migrations.AddField(
            "laborder",
            "why",
            models.CharField(
                blank=True,
                choices=[
                    ("again", "another sample is taken in its place"),
                    ("refused", "the person declines it"),
                    ("unreachable", "the person cannot be reached"),
                    ("left", "the person has died or moved away"),
                    ("needless", "it is not needed any more"),
                    ("mistaken", "it was asked for by mistake"),
                ],
                default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(place, migrations.RunPython.noop),
    ]
