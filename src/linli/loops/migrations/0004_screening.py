from django.db import migrations, models

import linli.columns

REPORT = "loops_screeningreport"


def create_reports(apps, schema_editor):
    """A plain table on SQLite; on PostgreSQL a partition a day, and one for the rest."""
    model = apps.get_model("loops", "Report")
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.create_model(model)
        return
    statement, _ = schema_editor.table_sql(model)
    schema_editor.execute(f"{statement} PARTITION BY RANGE (day)")
    schema_editor.execute(f"CREATE TABLE {REPORT}_rest PARTITION OF {REPORT} DEFAULT")


def drop_reports(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {REPORT}")


class Migration(migrations.Migration):
    dependencies = [
        ("loops", "0003_laboratory"),
    ]

    operations = [
        migrations.CreateModel(
            name="Questionnaire",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("version", models.IntegerField(unique=True)),
                ("title", models.CharField(max_length=160)),
                ("questions", models.JSONField()),
                ("file", models.BinaryField()),
                ("signed_at", linli.columns.MomentField()),
                ("account_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "loops_screeningquestionnaire",
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Report",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day",
                                "person_id",
                                "exercise",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("day", models.DateField()),
                        ("person_id", models.BigIntegerField()),
                        ("exercise", models.BooleanField()),
                        ("area_id", models.BigIntegerField()),
                        ("household_id", models.BigIntegerField(null=True)),
                        ("seq", models.BigIntegerField()),
                        ("uid", models.UUIDField()),
                        ("at", linli.columns.MomentField()),
                        ("account_id", models.BigIntegerField(null=True)),
                        ("revision", models.IntegerField()),
                        (
                            "state",
                            models.SmallIntegerField(
                                choices=[
                                    (1, "screened"),
                                    (2, "declined"),
                                    (3, "unreachable"),
                                    (4, "away"),
                                    (5, "exempt"),
                                ]
                            ),
                        ),
                        (
                            "how",
                            models.SmallIntegerField(
                                choices=[
                                    (1, "at the door"),
                                    (2, "by phone"),
                                    (3, "by the resident"),
                                    (4, "from a list"),
                                ]
                            ),
                        ),
                        ("fever", models.BooleanField()),
                        ("answers", models.JSONField(null=True)),
                        ("was_area_id", models.BigIntegerField(null=True)),
                        ("was_state", models.SmallIntegerField(null=True)),
                        ("was_fever", models.BooleanField(null=True)),
                        ("was_how", models.SmallIntegerField(null=True)),
                        ("was_seq", models.BigIntegerField(null=True)),
                        ("was_uid", models.UUIDField(null=True)),
                        ("was_at", linli.columns.MomentField(null=True)),
                        ("was_account_id", models.BigIntegerField(null=True)),
                        ("was_answers", models.JSONField(null=True)),
                    ],
                    options={
                        "db_table": "loops_screeningreport",
                    },
                ),
            ],
        ),
        migrations.RunPython(create_reports, drop_reports),
        migrations.CreateModel(
            name="Beaten",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("person_id", models.BigIntegerField()),
                ("exercise", models.BooleanField()),
                ("uid", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("at", linli.columns.MomentField()),
                ("account_id", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[
                            (1, "screened"),
                            (2, "declined"),
                            (3, "unreachable"),
                            (4, "away"),
                            (5, "exempt"),
                        ]
                    ),
                ),
                (
                    "how",
                    models.SmallIntegerField(
                        choices=[
                            (1, "at the door"),
                            (2, "by phone"),
                            (3, "by the resident"),
                            (4, "from a list"),
                        ]
                    ),
                ),
                ("fever", models.BooleanField()),
                ("answers", models.JSONField(null=True)),
                ("why", models.CharField(max_length=12)),
            ],
            options={
                "db_table": "loops_screeningbeaten",
                "constraints": [
                    models.UniqueConstraint(fields=("person_id", "day", "uid"), name="beaten_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CareContact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uid", models.UUIDField(unique=True)),
                ("person_id", models.BigIntegerField()),
                ("day", models.DateField()),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("door", "at the door"),
                            ("phone", "by phone"),
                            ("family", "through the family"),
                        ],
                        max_length=8,
                    ),
                ),
                ("well", models.BooleanField()),
                ("at", linli.columns.MomentField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("exercise", models.BooleanField()),
            ],
            options={
                "indexes": [models.Index(fields=["day", "person_id"], name="care_contact_day")],
            },
        ),
        migrations.CreateModel(
            name="Count",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("area_id", models.BigIntegerField()),
                ("exercise", models.BooleanField()),
                ("path", linli.columns.AreaPathField(max_length=40)),
                ("n_expected", models.IntegerField(null=True)),
                ("n_checked", models.IntegerField(default=0)),
                ("n_refused", models.IntegerField(default=0)),
                ("n_unreachable", models.IntegerField(default=0)),
                ("n_away", models.IntegerField(default=0)),
                ("n_exempt", models.IntegerField(default=0)),
                ("n_fever", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "loops_screeningcount",
                "indexes": [models.Index(fields=["day", "path"], name="screening_count_path")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "area_id", "exercise"), name="one_count_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Day",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("exercise", models.BooleanField()),
                ("ended_at", linli.columns.MomentField()),
                ("closed_at", linli.columns.MomentField(null=True)),
                ("n_missed", models.IntegerField(null=True)),
            ],
            options={
                "db_table": "loops_screeningday",
                "constraints": [
                    models.UniqueConstraint(fields=("day", "exercise"), name="one_end_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="DisinfectionPlace",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("area_id", models.BigIntegerField()),
                ("path", linli.columns.AreaPathField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                ("weekdays", models.CharField(default="1234567", max_length=7)),
                ("agent", models.CharField(blank=True, max_length=80)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("flag", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "indexes": [models.Index(fields=["path"], name="disinfection_path")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("area_id", "name"), name="one_disinfection_a_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Owed",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("person_id", models.BigIntegerField()),
                ("exercise", models.BooleanField()),
                ("area_id", models.BigIntegerField()),
                ("uid", models.UUIDField()),
                ("account_id", models.BigIntegerField(null=True)),
                (
                    "how",
                    models.SmallIntegerField(
                        choices=[
                            (1, "at the door"),
                            (2, "by phone"),
                            (3, "by the resident"),
                            (4, "from a list"),
                        ]
                    ),
                ),
                ("at", linli.columns.MomentField()),
                ("answers", models.JSONField(null=True)),
                ("done_at", linli.columns.MomentField(null=True)),
                ("item_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "loops_screeningowed",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)), fields=["id"], name="screening_owed"
                    ),
                    models.Index(fields=["person_id", "day"], name="screening_owed_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Missed",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("person_id", models.BigIntegerField()),
                ("exercise", models.BooleanField()),
                ("area_id", models.BigIntegerField()),
                ("path", linli.columns.AreaPathField(max_length=40)),
                ("household_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "loops_screeningmissed",
                "indexes": [models.Index(fields=["path", "day"], name="screening_missed_path")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "person_id", "exercise"), name="missed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reward",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("exercise", models.BooleanField()),
                ("path", linli.columns.AreaPathField(max_length=40)),
                ("cents", models.IntegerField()),
                ("paid_at", linli.columns.MomentField(null=True)),
                ("paid_by", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "loops_screeningreward",
                "indexes": [
                    models.Index(
                        condition=models.Q(("paid_at", None)),
                        fields=["path"],
                        name="screening_reward_owed",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person_id", "day", "exercise"), name="one_reward_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("item_id", models.BigIntegerField(unique=True)),
                ("exercise", models.BooleanField()),
                ("path", linli.columns.AreaPathField(max_length=40)),
                ("path_end", linli.columns.AreaPathField(max_length=40)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("declaration_id", models.BigIntegerField(null=True)),
                ("questionnaire_id", models.BigIntegerField(null=True)),
                ("reward_cents", models.IntegerField(default=0)),
                ("closed_at", linli.columns.MomentField(null=True)),
            ],
            options={
                "db_table": "loops_screeninground",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["path"],
                        name="screening_round_open",
                    )
                ],
            },
        ),
    ]
