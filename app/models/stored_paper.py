from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PaperPiece(Base):
    """A stretch of the bytes of papers. Fonts and pages that papers share are kept once."""

    __tablename__ = "paper_piece"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class StoredPaper(Base):
    """A paper as it was made, to the byte: its pieces in order. It is printed again from here, for ever."""

    __tablename__ = "stored_paper"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]  # bytes
    pieces: Mapped[list[str]] = mapped_column(JSON)
