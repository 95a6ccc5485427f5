"""Fewer index entries to write when an item's clock moves: what most items have is left out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loops", "0012_closures"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="item",
            name="item_unit",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_tier",
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("holder_id", None), ("state", "open")),
                fields=["unit_id", "due_at"],
                name="item_unit",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("tier__gt", 0), models.Q(("state", "closed"), _negated=True)),
                fields=["tier", "-id"],
                name="item_tier",
            ),
        ),
    ]
