from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Patient(Base):
    """Who is cared for. Text is kept as written; `search_text` is its folded form for finding."""

    __tablename__ = "patient"
    __table_args__ = (
        # All that a search reads, in the order of the list: it never touches the wide rows.
        Index("ix_patient_search", "sort_name", "id", "search_text"),
        # An id is never used again, also not after an undone import: audit rows and papers name patients by it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(unique=True)  # the id in the files they came from
    mrn: Mapped[str] = mapped_column(default="", index=True)
    mbi: Mapped[str] = mapped_column(default="", index=True)
    prefix: Mapped[str] = mapped_column(default="")
    given_name: Mapped[str]
    family_name: Mapped[str]
    suffix: Mapped[str] = mapped_column(default="")
    born_on: Mapped[date] = mapped_column(index=True)
    died_on: Mapped[date | None]
    sex: Mapped[str] = mapped_column(default="")  # female | male | other | unknown, empty: not recorded
    coverage: Mapped[str] = mapped_column(default="part_b")  # part_b | medicare_advantage | none
    address_line1: Mapped[str] = mapped_column(default="")
    address_line2: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    zip: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    phone_alternate: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="")  # empty: the clinic's
    language: Mapped[str] = mapped_column(default="")
    call_from: Mapped[time | None]
    call_until: Mapped[time | None]
    call_days: Mapped[str] = mapped_column(default="")  # "mon,tue,…", empty: any day
    risk_tier: Mapped[str] = mapped_column(default="")  # low | rising | high, empty: not judged yet
    protocol: Mapped[str] = mapped_column(
        default=""
    )  # how often to call: a key of the cadence, empty: as the tier says
    cadence_from: Mapped[date | None]  # the day the calls are counted from; None: when CCM began
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # whose patient to call
    sort_name: Mapped[str]
    search_text: Mapped[str]
    added_at: Mapped[datetime]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
