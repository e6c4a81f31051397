"""Reports as mail servers write them, each in its own style; written by hand after RFC 3464 and what such servers send.

`about` is the Message-ID of the message that came back, `to` whom it was for, `back` where the report is sent.
"""

from __future__ import annotations

POSTFIX = """\
Return-Path: <>
Received: by mx.example.net (Postfix)
\tid 4F1C22A0; Sat, 21 Nov 2026 20:40:00 +0000 (UTC)
Date: Sat, 21 Nov 2026 20:40:00 +0000 (UTC)
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {back}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="22A0.1795/mx.example.net"
Message-Id: <20261121204000.4F1C22A0@mx.example.net>

This is a MIME-encapsulated message.

--22A0.1795/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

<{to}>: host mail.example.com[192.0.2.25] said: {said} (in reply to RCPT TO command)

--22A0.1795/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F1C22A0
X-Postfix-Sender: rfc822; {back}
Arrival-Date: Sat, 21 Nov 2026 20:39:58 +0000 (UTC)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; {said}

--22A0.1795/mx.example.net
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <{back}>
Received: from paraph.example.net (localhost [127.0.0.1])
\tby mx.example.net (Postfix) with ESMTP id 4F1C22A0; Sat, 21 Nov 2026 20:39:58 +0000 (UTC)
Content-Type: multipart/alternative; boundary="==1=="
MIME-Version: 1.0
Subject: Please sign
From: Vliegwerk <paraph@example.net>
To: {to}
Message-ID: {about}

--==1==
Content-Type: text/plain; charset="utf-8"

Please sign.

--==1==--

--22A0.1795/mx.example.net--
"""

EXCHANGE = """\
Return-Path: <>
From: <postmaster@example.com>
To: {back}
Date: Sat, 21 Nov 2026 20:40:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="_000_8f1e_"
Content-Language: en-US
Message-ID: <8f1e2d3c-0000-4aaa-8bbb-1234567890ab@AM0PR01MB0001.example.com>
In-Reply-To: {about}
References: {about}
Subject: Undeliverable: Please sign
Auto-Submitted: auto-replied
MIME-Version: 1.0

--_000_8f1e_
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="_001_8f1e_"

--_001_8f1e_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to {to} couldn't be delivered.=0D=0A

--_001_8f1e_
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>Your message couldn't be delivered.</p></body></html>

--_001_8f1e_--

--_000_8f1e_
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01MB0001.example.com
Received-From-MTA: dns;mx.example.net
Arrival-Date: Sat, 21 Nov 2026 20:39:58 +0000

Original-Recipient: rfc822;{to}
Final-Recipient: rfc822;{to}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {to} not found by SMTP address lookup

--_000_8f1e_
Content-Type: message/rfc822

Received: from mx.example.net (192.0.2.9) by AM0PR01MB0001.example.com (192.0.2.10)
 with Microsoft SMTP Server; Sat, 21 Nov 2026 20:39:58 +0000
From: Vliegwerk <paraph@example.net>
To: {to}
Subject: Please sign
Message-ID: {about}
Content-Type: text/plain; charset="utf-8"
MIME-Version: 1.0


--_000_8f1e_--
"""

# The status fields sent encoded, the original's headers alone: seen from servers that take the standard literally.
ENCODED = """\
From: Mail Delivery Subsystem <MAILER-DAEMON@relay.example.org>
To: {back}
Subject: Returned mail: see transcript for details
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="uALKe0"

--uALKe0

The original message was received at Sat, 21 Nov 2026 20:39:58 GMT

--uALKe0
Content-Type: message/global-delivery-status
Content-Transfer-Encoding: quoted-printable

Reporting-MTA: dns; relay.example.org=0A
=0A
Final-Recipient: RFC822; {to}
Action: failed (after five days)
Status: 5.2.2 (mailbox full)

--uALKe0
Content-Type: text/rfc822-headers

Received: from paraph.example.net by relay.example.org; Sat, 21 Nov 2026 20:39:58 GMT
Message-ID:
 {about}
Subject: Please sign
To: {to}

--uALKe0--
"""

EXIM_OLD = """\
Return-path: <>
Received: from Debian-exim by mail.example.org with local (Exim 4.80)
\tid 1kABCD-0001ab-Xy
\tfor {back}; Sat, 21 Nov 2026 20:40:00 +0000
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.org>
To: {back}
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1kABCD-0001ab-Xy@mail.example.org>
Date: Sat, 21 Nov 2026 20:40:00 +0000

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    all relevant MX records point to non-existent hosts

------ This is a copy of the message, including all the headers. ------

Return-path: <{back}>
Received: from paraph.example.net ([192.0.2.9])
\tby mail.example.org with esmtp (Exim 4.80); Sat, 21 Nov 2026 20:39:58 +0000
Message-ID: {about}
From: Vliegwerk <paraph@example.net>
To: {to}
Subject: Please sign

Please sign.
"""

OUT_OF_OFFICE = """\
Return-Path: <>
From: Jan <{to}>
To: {back}
Subject: Out of office: Please sign
Auto-Submitted: auto-replied
In-Reply-To: {about}
Message-ID: <ooo@example.com>

I am away until Monday. Status: 5.1.1
"""

FAILING = {"postfix": POSTFIX, "exchange": EXCHANGE, "encoded": ENCODED, "exim": EXIM_OLD}


def written(style: str, **told: str) -> bytes:
    """A report, with the lines ending as on the wire."""
    known = {
        "about": "<unknown@nowhere.example>",
        "to": "jan@example.com",
        "back": "paraph@example.net",
        "action": "failed",
        "status": "5.1.1",
        "said": "550 5.1.1 <jan@example.com>: Recipient address rejected: User unknown",
    }
    return style.format(**{**known, **told}).replace("\n", "\r\n").encode()
