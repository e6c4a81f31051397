import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("signoff", "0011_dispute_photos"),
    ]

    operations = [
        migrations.AlterField(
            model_name="decline",
            name="signoff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="declines",
                to="signoff.signoff",
            ),
        ),
        migrations.AlterField(
            model_name="decline",
            name="party",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="decline",
                to="signoff.party",
            ),
        ),
    ]
