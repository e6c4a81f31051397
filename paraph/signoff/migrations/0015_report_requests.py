from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("signoff", "0014_who_signs"),
    ]

    operations = [
        migrations.AddField(
            model_name="signoff",
            name="of_report",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
