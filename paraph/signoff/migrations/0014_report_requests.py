from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("signoff", "0013_in_the_field"),
    ]

    operations = [
        migrations.AddField(
            model_name="signoff",
            name="of_report",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
