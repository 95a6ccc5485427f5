from django.db import migrations, models

import linli.columns


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0013_plans"),
    ]

    operations = [
        migrations.CreateModel(
            name="GoneHome",
            fields=[
                ("person_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("home_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="LeftCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", linli.columns.AreaPathField(max_length=40)),
                ("left_on", models.DateField()),
                ("n", models.IntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="household",
            name="empty_since",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="person",
            name="left_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("died", "has died"),
                    ("moved", "has moved away"),
                    ("visit", "was here on a visit only"),
                    ("mistake", "was entered by mistake"),
                    ("", "lives here"),
                ],
                db_default="",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                condition=models.Q(("empty_since__isnull", False)),
                fields=["empty_since", "id"],
                name="household_empty",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("left_on__isnull", False)),
                fields=["left_because", "left_on", "id"],
                name="person_leaving",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(
                    ("household", None), ("left_on", None), ("source", "case report")
                ),
                fields=["as_of", "id"],
                name="person_reported",
            ),
        ),
        migrations.AddConstraint(
            model_name="leftcount",
            constraint=models.UniqueConstraint(
                fields=("path", "left_on"), name="one_left_count_a_day"
            ),
        ),
    ]
