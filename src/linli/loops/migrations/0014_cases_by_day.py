"""Cases by the day they were opened, confirmed and fell ill, without reading all of them."""

from typing import Any

from django.db import migrations, models

ONSET = {
    "postgresql": "(data ->> 'onset_on')",
    "sqlite": "json_extract(data, '$.onset_on')",
}


def by_onset(apps: Any, schema_editor: Any) -> None:
    """An index over what the data of a case says; written as the query writes it."""
    onset = ONSET[schema_editor.connection.vendor]
    schema_editor.execute(
        f"CREATE INDEX item_case_onset ON loops_item (kind, {onset}, id) "
        "WHERE loop = 'case' AND item_class = 'confirmed'"
    )


def without(apps: Any, schema_editor: Any) -> None:
    """Take it away again."""
    schema_editor.execute("DROP INDEX item_case_onset")


class Migration(migrations.Migration):
    dependencies = [
        ("loops", "0013_slim_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("loop", "case")),
                fields=["kind", "item_class", "opened_at"],
                name="item_case",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("step__in", ("classify", "reclassify", "confirm_after"))),
                fields=["at"],
                name="event_confirms",
            ),
        ),
        migrations.RunPython(by_onset, without),
    ]
