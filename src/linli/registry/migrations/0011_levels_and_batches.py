"""Sites know their level and batch; an organisation may be an army unit, a bank or the press."""

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
        migrations.AlterField(
            "organisation",
            "kind",
            models.CharField(
                choices=[
                    ("committee", "residents' committee"),
                    ("office", "government office"),
                    ("bureau", "bureau"),
                    ("utility", "utility"),
                    ("health", "health institution"),
                    ("shop", "shop or wholesaler"),
                    ("transport", "transport company"),
                    ("property", "property manager"),
                    ("charity", "charity"),
                    ("army", "army unit"),
                    ("bank", "bank"),
                    ("media", "press and broadcasting"),
                    ("party", "party organisation"),
                    ("other", "other organisation"),
                ],
                max_length=16,
            ),
        ),
    ]
