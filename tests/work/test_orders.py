"""Orders: opened, revised, commented, summed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from paraph.evidence.models import Entry
from paraph.people import access
from paraph.work import comments, estimate, orders
from paraph.work.models import Comment, Status
from tests.cast import Shop, again, line, lines


def test_numbers_run_on_within_an_organisation(shop: Shop, rival: Shop) -> None:
    assert [shop.open_order().number, shop.open_order().number] == ["WO-1001", "WO-1002"]
    assert rival.open_order().number == "WO-1001"


def test_a_revision_names_what_changed_and_a_repeat_records_nothing(shop: Shop) -> None:
    order = shop.open_order(2)
    orders.revise(order, again(order, title="Annual"), expected=1, by=shop.mara.actor)
    order = orders.revise(order, again(order, title="Annual"), expected=2, by=shop.mara.actor)
    assert order.revision == 2
    fact = Entry.objects.get(kind="order.revised").content["fact"]
    assert fact["changes"] == [{"path": ["title"], "before": "100-hour inspection", "after": "Annual"}]


def test_a_stale_edit_is_refused(shop: Shop) -> None:
    order = shop.open_order()
    orders.revise(order, again(order, title="Annual"), expected=1, by=shop.mara.actor)
    with pytest.raises(orders.StaleOrder):
        orders.revise(order, again(order, title="Other"), expected=1, by=shop.mara.actor)


def test_a_removed_line_keeps_its_number_for_good(shop: Shop) -> None:
    order = shop.open_order(3)
    draft = again(order)
    orders.revise(
        order,
        again(order, items=[draft.items[0], draft.items[2], line("New")]),
        expected=1,
        by=shop.mara.actor,
    )
    assert [one.number for one in lines(order)] == [1, 3, 4]


def test_loading_an_order_takes_the_same_queries_for_any_number_of_lines(
    shop: Shop, django_assert_num_queries: object
) -> None:
    few, many = shop.open_order(1), shop.open_order(30)
    for order in (few, many):
        with django_assert_num_queries(5):  # type: ignore[operator]
            orders.describe(orders.load(order.pk))


def test_status_changes_once(shop: Shop) -> None:
    order = shop.open_order()
    for _ in range(2):
        order = orders.set_status(order, Status.APPROVED, by=shop.mara.actor)
    assert Entry.objects.filter(kind="order.status_changed").count() == 1


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [("1", 12050, 12050), ("2.5", 333, 833), ("0.001", 499, 0), ("0.333", 1000, 333), ("3", 1, 3)],
)
def test_part_totals_round_half_up(shop: Shop, quantity: str, price: int, total: int) -> None:
    part = orders.PartDraft("p", "", Decimal(quantity), price)
    order = shop.open_order(items=[line("x", parts=[part], estimated_hours=Decimal(0))])
    assert estimate.item_total(lines(order)[0]) == total


def test_S3_33_both_sides_comment_and_S3_32_only_a_manager_deletes(shop: Shop) -> None:
    order = shop.open_order()
    item = lines(order)[0]
    comment = comments.add(order, item, text="Why?", by=shop.jan.actor)
    comments.add(order, item, text="Because.", by=shop.tess.actor)
    with pytest.raises(access.Forbidden):
        comments.delete(comment, by=shop.tess, actor=shop.tess.actor)
    for _ in range(2):
        comments.delete(comment, by=shop.mara, actor=shop.mara.actor)
    assert Comment.objects.exclude(deleted_at=None).count() == 1
    assert Entry.objects.filter(kind="comment.deleted").count() == 1


def test_a_comments_words_stay_out_of_the_leaf(shop: Shop) -> None:
    comments.add(shop.open_order(), None, text="Call Jan at 06", by=shop.jan.actor)
    assert b"Call Jan" not in bytes(Entry.objects.get(kind="comment.added").leaf)
