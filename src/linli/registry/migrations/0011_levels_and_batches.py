"""Sites know their level, and in which batch they were opened."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_qualifications")]

    operations = [
        migrations.AddField(
            "site",
            "level",
            models.CharField(
                blank=True,
                choices=[
                    ("", "level not told"),
                    ("primary", "primary"),
                    ("secondary", "secondary"),
                    ("tertiary", "tertiary"),
                ],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
        migrations.AddField("site", "batch", models.SmallIntegerField(null=True)),
    ]
