from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loops", "0014_cases_by_day"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="item",
            name="item_path",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_alive",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_late",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_unheld",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_no_target",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_reopened",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_loop",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_kind",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_tier",
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["path", "id"], name="item_path"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["id"],
                name="item_alive",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("late", True), models.Q(("state", "closed"), _negated=True)),
                fields=["id"],
                name="item_late",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("holder_id", None), ("state", "open")),
                fields=["id"],
                name="item_unheld",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(
                    ("clock_id", None), models.Q(("state", "closed"), _negated=True)
                ),
                fields=["id"],
                name="item_no_target",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("tier__gt", 0), models.Q(("state", "closed"), _negated=True)),
                fields=["tier", "id"],
                name="item_tier",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("n_reopened__gt", 0)), fields=["id"], name="item_reopened"
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["loop", "id"], name="item_loop"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["kind", "id"], name="item_kind"),
        ),
    ]
