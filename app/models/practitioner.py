from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Practitioner(Base):
    """A billing practitioner. Known by NPI alone when it came from a spreadsheet."""

    __tablename__ = "practitioner"

    id: Mapped[int] = mapped_column(primary_key=True)
    npi: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")  # empty: papers print the NPI
    credential: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]  # physician | np | pa | cns | cnm | other
    taxonomy: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
