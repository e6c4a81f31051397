"""Addresses of the staff's face; included by config at the root."""

from __future__ import annotations

from django.urls import path

from paraph.web.office import (
    comments,
    customers,
    demo,
    emailing,
    files,
    notices,
    order_edit,
    order_list,
    order_page,
    people,
    sign_in,
    start,
)

app_name = "office"
ORDER = "orders/<uuid:pk>/"
SIGNATURE = ORDER + "signatures/<uuid:signature>/"
urlpatterns = [
    path("", start.start, name="start"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("orders/", order_list.order_list, name="orders"),
    path("orders/new/", order_edit.order_new, name="order_new"),
    path("orders/places/", order_edit.places, name="places"),
    path(ORDER, order_page.order_page, name="order"),
    path(ORDER + "edit/", order_edit.order_edit, name="order_edit"),
    path(ORDER + "email/", emailing.email, name="email"),
    path(ORDER + "email/link/", emailing.link, name="link"),
    path(ORDER + "comments/", comments.add, name="comment"),
    path(ORDER + "lines/<uuid:item>/comments/", comments.add, name="line_comment"),
    path(ORDER + "comments/<uuid:comment>/delete/", comments.delete, name="comment_delete"),
    path(ORDER + "invitations/<uuid:invitation>/renew/", people.renew, name="renew"),
    path(ORDER + "invitations/<uuid:invitation>/revoke/", people.revoke, name="revoke"),
    path(ORDER + "signoffs/<uuid:signoff>/withdraw/", people.withdraw, name="withdraw"),
    path(ORDER + "sealed.pdf", files.sealed, name="sealed"),
    path(ORDER + "signoffs/<uuid:signoff>/sealed.pdf", files.sealed, name="sealed_of"),
    path(ORDER + "print/<slug:view>/", files.printed, name="print"),
    path(SIGNATURE + "record.json", files.record, name="record"),
    path(SIGNATURE + "receipt.json", files.receipt, name="receipt"),
    path("customers/", customers.customer_list, name="customers"),
    path("customers/new/", customers.customer_new, name="customer_new"),
    path("customers/<uuid:pk>/", customers.customer_edit, name="customer"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("notices/<int:pk>/read/", notices.read_one, name="notice_read"),
    path("demo/", demo.door, name="demo"),
    path("demo/sign-in/<uuid:pk>/", demo.enter, name="demo_enter"),
    path("demo/mail/", demo.mails, name="demo_mails"),
    path("demo/mail/<str:name>/", demo.mail, name="demo_mail"),
    path("demo/mail/<str:name>/letter/", demo.letter, name="demo_letter"),
    path("demo/mail/<str:name>/<int:number>/", demo.attachment, name="demo_attachment"),
]
