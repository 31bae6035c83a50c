from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Condition(Base):
    """A problem on the chart. Only confirmed ICD-10-CM ones count as chronic conditions for CCM."""

    __tablename__ = "condition"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    code_system: Mapped[str]  # icd10 | snomed | none
    code: Mapped[str] = mapped_column(default="")
    description: Mapped[str]
    onset_on: Mapped[date | None]
    resolved_on: Mapped[date | None]
    confirmed: Mapped[bool] = mapped_column(default=False)  # a person, or the clinic's own list, says it qualifies
    expected_12_months: Mapped[bool] = mapped_column(default=False)
    significant_risk: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[str] = mapped_column(default="", server_default="")  # why it lasts and what it puts at risk, in words
    documented_by: Mapped[str] = mapped_column(default="", server_default="")  # who said so here: name, credential
    from_condition_id: Mapped[int | None] = mapped_column(ForeignKey("condition.id"), index=True)  # confirmed from
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
