from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_wards")]
    operations = [
        migrations.AddField("person", "left_on", models.DateField(null=True)),
        migrations.AddField(
            "person",
            "left_because",
            models.CharField(
                blank=True,
                choices=[("died", "has died"), ("moved", "has moved away"), ("", "lives here")],
                db_default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "person", "left_source", models.CharField(blank=True, db_default="", max_length=120)
        ),
        migrations.AddIndex(
            "person",
            models.Index(
                fields=["path"],
                condition=models.Q(("left_on__isnull", False)),
                name="person_left",
            ),
        ),
    ]
