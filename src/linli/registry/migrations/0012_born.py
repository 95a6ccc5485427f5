from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0011_levels_and_batches"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["birth_date", "path"], name="person_born"),
        ),
    ]
