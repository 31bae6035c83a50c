"""Copies of papers that open only with a passphrase: AES-256 as of PDF 2.0 (revision 6)."""

import io

import pikepdf


def encrypt_pdf(data: bytes, password: str) -> bytes:
    """Return a copy of a PDF that opens with `password` alone.

    No two copies are the same bytes, for each is encrypted under a key of its own; decrypted they are the same file.
    The passphrase is nowhere kept. Raises `ValueError` for an empty one, or one longer than the 127 bytes that a PDF
    takes in.
    """
    if not password or len(password.encode()) > 127:
        raise ValueError("a PDF's passphrase has between 1 and 127 bytes")
    copy = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as paper:
        # One passphrase for reading and for all rights; `metadata` too, so that nothing is left readable.
        paper.save(
            copy,
            encryption=pikepdf.Encryption(user=password, owner=password, R=6, aes=True, metadata=True),
            static_id=True,  # the identifier says nothing; two copies then differ by their keys alone
        )
    return copy.getvalue()


def decrypt_pdf(data: bytes, password: str) -> bytes:
    """Return the plain PDF behind a copy made by `encrypt_pdf`: always the same bytes for the same paper.

    Raises `ValueError` for the wrong passphrase.
    """
    plain = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data), password=password) as paper:
            paper.save(plain, encryption=False, static_id=True)
    except pikepdf.PasswordError as error:
        raise ValueError("the passphrase does not open this paper") from error
    return plain.getvalue()
