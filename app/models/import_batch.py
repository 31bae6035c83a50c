from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ImportBatch(Base):
    """One import: which files, how many rows of each kind, and what to put back if it is undone."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    rejected: Mapped[list[Any]] = mapped_column(JSON)  # [[file, line, reason], …]
    before: Mapped[list[Any]] = mapped_column(
        JSON
    )  # [[table, row id, column, old value], …] of rows that were there already
    undone_at: Mapped[datetime | None]
    undoing: Mapped[bool] = mapped_column(default=False)  # true only inside the undoing transaction


class ImportFile(Base):
    """A file that was imported, known again by its bytes."""

    __tablename__ = "import_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    kind: Mapped[str]
    rows: Mapped[int]
