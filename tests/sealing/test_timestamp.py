"""RFC 3161: the embedded authority against openssl, the client against a false authority."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import cms, core, tsp

from paraph.sealing import der, keys
from paraph.sealing.check import check
from paraph.sealing.errors import TimestampFailed, TokenInvalid
from paraph.sealing.keys import Keyset
from paraph.sealing.seal import seal
from paraph.sealing.timestamp import POLICY, ExternalAuthority, answer, token, verify_token
from tests.sealing.conftest import AT, Run

DIGEST = hashlib.sha256(b"a checkpoint").digest()


def test_R8_a_token_proves_its_time(keyset: Keyset) -> None:
    assert verify_token(token(keyset, DIGEST, AT), DIGEST, keyset.tsa_root_pem) == AT


def test_R8_openssl_verifies_a_token_over_a_checkpoint(keyset: Keyset, run: Run, tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"a checkpoint")
    (tmp_path / "token.der").write_bytes(token(keyset, DIGEST, AT))
    (tmp_path / "root.pem").write_bytes(keyset.tsa_root_pem)
    attime = ["-attime", str(int(AT.timestamp()))]
    arguments = ["-token_in", "-in", "token.der", "-data", "checkpoint", "-CAfile", "root.pem", *attime]
    assert "Verification: OK" in run("openssl", "ts", "-verify", *arguments)


def test_openssl_gets_the_answer_to_its_query(keyset: Keyset, run: Run, tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"a checkpoint")
    (tmp_path / "root.pem").write_bytes(keyset.tsa_root_pem)
    (tmp_path / "tsa.pem").write_bytes(keyset.tsa_chain_pem)
    for certificate in (["-cert"], []):
        run("openssl", "ts", "-query", "-data", "checkpoint", "-sha256", *certificate, "-out", "query.der")
        (tmp_path / "answer.der").write_bytes(answer(keyset, (tmp_path / "query.der").read_bytes(), AT))
        attime = ["-attime", str(int(AT.timestamp()))]
        files = [
            "-queryfile",
            "query.der",
            "-in",
            "answer.der",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "tsa.pem",
        ]
        assert "Verification: OK" in run("openssl", "ts", "-verify", *files, *attime)
        assert POLICY in run("openssl", "ts", "-reply", "-in", "answer.der", "-text")


@pytest.mark.parametrize(
    ("query", "bit"),
    [
        pytest.param(b"nonsense", 5, id="bad data format"),
        (
            tsp.TimeStampReq(
                {
                    "version": 1,
                    "message_imprint": {"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": b"1" * 20},
                }
            ).dump(),
            0,
        ),
        (
            tsp.TimeStampReq(
                {
                    "version": 1,
                    "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST},
                    "req_policy": "1.2.3",
                }
            ).dump(),
            15,
        ),
    ],
)
def test_what_cannot_be_stamped_is_refused_and_not_raised(keyset: Keyset, query: bytes, bit: int) -> None:
    (status,) = der.children(answer(keyset, query, AT))
    code, _, failure = der.children(status)
    assert code == der.integer(2)
    bits = core.BitString.load(failure, strict=True).native
    assert [place for place, value in enumerate(bits) if value] == [bit]


def test_serial_numbers_are_not_repeated(keyset: Keyset) -> None:
    serials = set()
    for _ in range(50):
        content = cms.ContentInfo.load(token(keyset, DIGEST, AT))["content"]["encap_content_info"]["content"]
        serials.add(content.parsed["serial_number"].native)
    assert len(serials) == 50


def test_a_token_does_not_prove_another_digest(keyset: Keyset) -> None:
    with pytest.raises(TokenInvalid, match="does not belong"):
        verify_token(token(keyset, DIGEST, AT), hashlib.sha256(b"other").digest(), keyset.tsa_root_pem)


def test_a_token_of_another_authority_is_not_trusted(keyset: Keyset, tmp_path: Path) -> None:
    stranger = keys.create(tmp_path, name="Stranger", at=AT)
    with pytest.raises(TokenInvalid, match="trusted"):
        verify_token(token(stranger, DIGEST, AT), DIGEST, keyset.tsa_root_pem)


def test_the_seal_key_cannot_stamp(keyset: Keyset) -> None:
    impostor = Keyset(seal=keyset.seal, tsa=keyset.seal)
    with pytest.raises(TokenInvalid, match="trusted"):
        verify_token(token(impostor, DIGEST, AT), DIGEST, keyset.seal_root_pem)


def test_garbage_is_no_token(keyset: Keyset) -> None:
    good = token(keyset, DIGEST, AT)
    for stamped in (b"", b"\x30", b"nonsense", good[:-1], good + b"\0", b"\x30\x84\xff\xff\xff\xff"):
        with pytest.raises(TokenInvalid):
            verify_token(stamped, DIGEST, keyset.tsa_root_pem)


@contextmanager
def authority(reply: bytes | Keyset) -> Iterator[str]:
    """An authority on this machine that answers with our own tokens, or always with the same bytes."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            body = reply if isinstance(reply, bytes) else answer(reply, query, AT)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *ignored: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
def test_an_external_authority_stamps_the_seal(keyset: Keyset, unsealed: bytes, tmp_path: Path) -> None:
    other = keys.create(tmp_path, name="Independent authority", at=AT)
    with authority(other) as url:
        made = seal(
            unsealed, keyset, reason="x", at=AT, timestamper=ExternalAuthority(url, other.tsa_root_pem)
        )
    assert made.timestamped
    verdict = check(made.bytes, seal_roots=keyset.seal_root_pem, tsa_roots=other.tsa_root_pem, at=AT)
    assert verdict.valid
    assert verdict.signed_at == AT


@pytest.mark.slow
def test_a_false_answer_of_an_external_authority_leaves_the_stamp_pending(
    keyset: Keyset, unsealed: bytes
) -> None:
    query = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST},
            "cert_req": True,
            "nonce": 7,
        }
    )
    replayed = answer(keyset, query.dump(), AT)
    for reply in (b"", b"<html>", b"\x30" * 100_000, replayed, answer(keyset, b"nonsense", AT)):
        with authority(reply) as url:
            external = ExternalAuthority(url, keyset.tsa_root_pem)
            with pytest.raises(TimestampFailed):
                external.stamp(DIGEST, at=AT)
            assert not seal(unsealed, keyset, reason="x", at=AT, timestamper=external).timestamped


def test_a_dead_address_is_a_failure_with_a_reason(keyset: Keyset) -> None:
    with pytest.raises(TimestampFailed, match="cannot be reached"):
        ExternalAuthority("http://127.0.0.1:9/", keyset.tsa_root_pem, timeout=1).stamp(DIGEST, at=AT)
