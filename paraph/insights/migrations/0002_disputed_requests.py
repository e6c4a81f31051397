"""Of each request, whether it was ever disputed (S1-05); those of before are looked up in the disputes there were."""

from typing import Any

from django.db import migrations, models


def look_up(apps: Any, editor: Any) -> None:
    """As `folds` would have counted."""
    disputed = apps.get_model("signoff", "Dispute").objects.values("signoff")
    apps.get_model("insights", "Asking").objects.filter(signoff__in=disputed).update(disputed=True)


class Migration(migrations.Migration):
    """A column, and the index that holds it."""

    dependencies = [("insights", "0001_figures"), ("signoff", "0016_returns_by_state")]

    operations = [
        migrations.AddField("asking", "disputed", models.BooleanField(default=False, db_default=False)),
        migrations.RemoveIndex("asking", "asking_by_day"),
        migrations.AddIndex(
            "asking",
            models.Index(
                fields=[
                    "organisation",
                    "asked_on",
                    "answer",
                    "approved",
                    "rejected",
                    "undecided",
                    "disputed",
                    "customer",
                    "technician",
                    "kind",
                ],
                name="asking_by_day",
            ),
        ),
        migrations.RunPython(look_up, migrations.RunPython.noop),
    ]
