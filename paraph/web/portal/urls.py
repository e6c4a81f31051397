"""The customer's addresses. A link's key stands in `/s/…` alone; every page after it names the invitation."""

from __future__ import annotations

from django.urls import path

from paraph.web.portal import (
    comments,
    confirm,
    declining,
    disputing,
    entry,
    files,
    invoice_file,
    opting,
    order,
    own_phone,
    paper,
    photos,
    preview,
    proof,
    receipt,
    signing,
    uploading,
)

app_name = "portal"
VISIT = "p/<uuid:invitation_id>/"

urlpatterns = [
    path("s/<str:token>/", entry.link, name="link"),
    # Mail programs lose a slash; sending the reader on would put the key into a Location (security.md line 7).
    path("s/<str:token>", entry.link, name="link_cut"),
    path(VISIT, order.page, name="order"),
    path(f"{VISIT}renewal/", entry.visit_renewal, name="renewal"),
    path(f"{VISIT}language/", entry.language, name="language"),
    path(f"{VISIT}lines/<uuid:item_id>/decision/", order.decision, name="decision"),
    path(f"{VISIT}approve-all/", order.approve_all, name="approve_all"),
    path(f"{VISIT}lines/<uuid:item_id>/comments/", comments.on_line, name="line_comments"),
    path(f"{VISIT}comments/", comments.on_order, name="comments"),
    path(f"{VISIT}timeline/", order.timeline, name="timeline"),
    path(f"{VISIT}decline/", declining.decline, name="decline"),
    path(f"{VISIT}confirm/", confirm.page, name="confirm"),
    path(f"{VISIT}paper/", paper.page, name="paper"),
    path(f"{VISIT}paper/approve-all/", paper.approve_all, name="paper_approve"),
    path(f"{VISIT}paper/waiting/", paper.waiting, name="paper_waiting"),
    path(f"{VISIT}paper/<uuid:paper_id>.pdf", paper.document, name="paper_file"),
    path(f"{VISIT}opt-out/", opting.opt_out, name="opt_out"),
    path(f"{VISIT}opt-in/", opting.opt_in, name="opt_in"),
    path(f"{VISIT}dispute/", disputing.dispute, name="dispute"),
    path(f"{VISIT}disputes/<uuid:dispute_id>/", disputing.page, name="disputed"),
    path(f"{VISIT}disputes/<uuid:dispute_id>/add/", disputing.add, name="dispute_add"),
    path(f"{VISIT}disputes/<uuid:dispute_id>/take-back/", disputing.take_back, name="dispute_take_back"),
    path(
        f"{VISIT}disputes/<uuid:dispute_id>/<uuid:photo_id>-<int:page>.jpg",
        disputing.photo,
        name="dispute_photo",
    ),
    path(f"{VISIT}review/", signing.review, name="review"),
    path(f"{VISIT}sign/<uuid:ceremony_id>/", signing.sign, name="sign"),
    path(f"{VISIT}photos/<str:digest>.jpg", photos.photo, name="photo"),
    path(f"{VISIT}sign/<uuid:ceremony_id>/own-phone/", own_phone.ask, name="own_phone"),
    path(f"{VISIT}sign/<uuid:ceremony_id>/own-phone/made/", own_phone.made, name="own_phone_made"),
    path(f"{VISIT}sign/<uuid:ceremony_id>/own-phone/proof/", own_phone.proof, name="own_phone_proof"),
    path(f"{VISIT}receipt/", receipt.page, name="receipt"),
    path(f"{VISIT}print/", files.print_pdf, name="print"),
    path(f"{VISIT}invoices/<uuid:invoice_id>.pdf", invoice_file.document, name="invoice"),
    path(f"{VISIT}sealed.pdf", files.sealed, name="sealed"),
    path(f"{VISIT}receipt.json", files.receipt, name="receipt_file"),
    path(f"{VISIT}record.json", files.record, name="record"),
    path(f"{VISIT}upload/", uploading.page, name="upload"),
    path(f"{VISIT}upload/files/", uploading.files, name="upload_files"),
    path(f"{VISIT}upload/order/", uploading.order, name="upload_order"),
    path(f"{VISIT}upload/send/", uploading.send, name="upload_send"),
    path(f"{VISIT}upload/pages/<uuid:page_id>.jpg", uploading.picture, name="upload_page"),
    path(f"{VISIT}upload/scan/<int:number>.jpg", uploading.scan_page, name="scan_page"),
    path(f"{VISIT}upload/pages/<uuid:page_id>/turn/", uploading.turn, name="upload_turn"),
    path(f"{VISIT}upload/pages/<uuid:page_id>/move/", uploading.move, name="upload_move"),
    path(f"{VISIT}upload/pages/<uuid:page_id>/remove/", uploading.remove, name="upload_remove"),
    path(f"{VISIT}upload/pages/<uuid:page_id>/restore/", uploading.restore, name="upload_restore"),
    path("proof/", proof.page, name="proof"),
    path("proof/<str:name>", proof.key, name="proof_key"),
    path("preview/<uuid:order_id>/<str:view>/", preview.page, name="preview"),
]
