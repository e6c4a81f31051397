"""Notes, checkpoints and proofs as text, against the examples of those who defined them."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from paraph.evidence.checkpoint import Proof, Signer, TreeHead, Verifier, open_checkpoint, open_note
from paraph.evidence.tree import NotProven

# The example of the specification c2sp.org/signed-note.
C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72Iney"
    "aQM=\n"
)
# The example key of the Go implementation (golang.org/x/mod/sumdb/note); its private key is public.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_SIGNATURE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of c2sp.org/tlog-checkpoint; its key is not published.
C2SP_CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
# The head of the example of c2sp.org/tlog-proof.
C2SP_PROOF = """c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

example.com/fancylog
109482
"""

ORIGIN = "sign.example.com/log/1"
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
HEAD = TreeHead(ORIGIN, 3, bytes(32))
NOTE = HEAD.sign(SIGNER)


def test_the_note_of_the_specification_verifies() -> None:
    verifier = Verifier.parse(C2SP_VKEY)
    assert open_note(C2SP_NOTE, [verifier]) == "This is an example message.\n"
    assert verifier.vkey() == C2SP_VKEY


def test_we_sign_byte_for_byte_what_the_go_implementation_signs() -> None:
    signer = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(GO_SEED))
    assert signer.verifier.vkey() == GO_VKEY
    assert signer.sign(GO_TEXT) == GO_TEXT + "\n" + GO_SIGNATURE


def test_the_checkpoint_of_the_specification_is_read() -> None:
    head = TreeHead.parse(C2SP_CHECKPOINT)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.text() == C2SP_CHECKPOINT


def test_the_proof_of_the_specification_is_read() -> None:
    proof = Proof.parse(C2SP_PROOF)
    assert (proof.index, len(proof.hashes)) == (73894, 5)
    assert proof.note == "example.com/fancylog\n109482\n"


def test_a_checkpoint_round_trip() -> None:
    assert open_checkpoint(NOTE, SIGNER.verifier) == HEAD
    for proof in (Proof(0, (), NOTE), Proof(2, (bytes(32), bytes([1]) * 32), NOTE)):
        assert Proof.parse(proof.text()) == proof


def test_signatures_of_unknown_keys_are_ignored_and_kept() -> None:
    witness = Signer("witness.example", Ed25519PrivateKey.generate())
    both = NOTE + witness.sign(HEAD.text()).rpartition("\n\n")[2]
    assert open_checkpoint(both, SIGNER.verifier) == HEAD
    assert open_note(both, [witness.verifier]) == HEAD.text()
    with pytest.raises(NotProven, match="no signature of a known key"):
        open_note(NOTE, [witness.verifier])


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    witness = Signer("witness.example", Ed25519PrivateKey.generate())
    wrong = witness.sign("other text\n").rpartition("\n\n")[2]
    with pytest.raises(NotProven, match="is wrong"):
        open_note(NOTE + wrong, [SIGNER.verifier, witness.verifier])


def test_a_checkpoint_of_another_log_is_refused_even_when_the_key_signed_it() -> None:
    other = SIGNER.sign(TreeHead("sign.example.com/log/2", 3, bytes(32)).text())
    with pytest.raises(NotProven, match="another log"):
        open_checkpoint(other, SIGNER.verifier)


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_a_flipped_bit_is_detected(spot: int, change: int) -> None:
    octets = bytearray(NOTE.encode())
    octets[spot] ^= change
    with pytest.raises((NotProven, UnicodeDecodeError)):
        open_checkpoint(octets.decode(), SIGNER.verifier)


@given(st.integers(0, len(GO_VKEY) - 1), st.integers(0, len(GO_VKEY)))
def test_no_part_of_a_verifier_key_is_one(start: int, end: int) -> None:
    if (start, end) != (0, len(GO_VKEY)):
        with pytest.raises(NotProven):
            Verifier.parse(GO_VKEY[start:end])


@pytest.mark.parametrize(
    "vkey",
    [
        # Of the Go tests: a key of the wrong length and an unknown algorithm, each with a fitting id.
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        GO_VKEY.replace("c74f20a3", "C74F20A3"),
        GO_VKEY + "\n",
        "",
    ],
)
def test_a_mangled_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(NotProven):
        Verifier.parse(vkey)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "text\n",
        "text\n\n",
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "x\n",
        NOTE.replace("—", "-"),
        NOTE.replace("\n", "\r\n"),
        "\t" + NOTE,
        NOTE.replace("=\n", "\n", 1),
        NOTE + "— name AAAA\n",
        "\udcff" + NOTE,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NotProven):
        open_note(note, [SIGNER.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\nA\n",
        "o\n-1\nA\n",
        "o\n١\nA\n",
        f"\n1\n{'A' * 43}=\n",
        "o\n1\nAAAA\n",
        f"o\n1\n{'A' * 43}=\n\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotProven):
        TreeHead.parse(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("@v1", "@v2"),
        lambda text: text.replace("index 73894", "index 073894"),
        lambda text: text.replace("index 73894\n", ""),
        lambda text: text.replace("gSKy", "gSK"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("index", "extra AAAA\nindex"),
    ],
)
def test_what_is_no_proof_is_refused(change: object) -> None:
    with pytest.raises(NotProven):
        Proof.parse(change(C2SP_PROOF))  # type: ignore[operator]


@pytest.mark.parametrize("text", ["no newline", "tab\t\n", "return\r\n"])
def test_we_sign_only_what_is_a_note(text: str) -> None:
    with pytest.raises(ValueError, match="lines of text"):
        SIGNER.sign(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b"])
def test_a_key_needs_a_proper_name(name: str) -> None:
    with pytest.raises(ValueError, match="not a key name"):
        Signer(name, Ed25519PrivateKey.generate())
