import io

import pikepdf
import pytest

from app.reports.encrypted import decrypt_pdf, encrypt_pdf
from app.reports.packet import packet_pdf
from tests.reports.samples import packet

PASSPHRASE = "quiet herons wade at dusk"


def test_a_copy_opens_with_its_passphrase_alone_and_is_aes_256() -> None:
    copy = encrypt_pdf(packet_pdf(packet()), PASSPHRASE)

    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(copy))
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(copy), password="quiet herons")
    with pikepdf.open(io.BytesIO(copy), password=PASSPHRASE) as paper:
        assert (paper.encryption.R, paper.encryption.V, paper.encryption.bits) == (6, 5, 256)
        assert paper.encryption.stream_method == pikepdf.models.EncryptionMethod.aesv3


def test_nothing_of_the_paper_can_be_read_without_it() -> None:
    plain = packet_pdf(packet())
    copy = encrypt_pdf(plain, PASSPHRASE)

    assert b"CareLoop" in plain
    assert b"CareLoop" not in copy
    assert PASSPHRASE.encode() not in copy


def test_two_copies_differ_and_are_the_same_paper_once_decrypted() -> None:
    plain = packet_pdf(packet())
    one, other = encrypt_pdf(plain, PASSPHRASE), encrypt_pdf(plain, "another one for her lawyer")

    assert one != other
    assert decrypt_pdf(one, PASSPHRASE) == decrypt_pdf(other, "another one for her lawyer")
    with pytest.raises(ValueError, match="passphrase"):
        decrypt_pdf(one, "another one for her lawyer")


@pytest.mark.parametrize("wrong", ["", "ü" * 64])
def test_a_passphrase_that_a_pdf_cannot_take_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="127 bytes"):
        encrypt_pdf(packet_pdf(packet()), wrong)
