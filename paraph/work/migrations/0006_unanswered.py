from typing import Any

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q


def fill(apps: Any, schema: Any) -> None:
    """What nobody can wait for: the shop's own words, what was deleted, and what something was said after."""
    comments = apps.get_model("work", "Comment")._base_manager
    later = comments.filter(order=OuterRef("order"), at__gt=OuterRef("at"), deleted_at=None)
    on_item, on_order = Exists(later.filter(item=OuterRef("item"))), Exists(later.filter(item=None))
    comments.filter(~Q(author_kind="contact") | Q(deleted_at__isnull=False)).update(unanswered=False)
    comments.filter(Q(item__isnull=False) & on_item | Q(item=None) & on_order).update(unanswered=False)


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0005_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="unanswered",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("unanswered", True)), fields=["at"], name="comment_unanswered"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
