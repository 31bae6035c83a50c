from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from app.rules.counting import Excluded
from app.rules.families import FamilyLines, Line, Minutes, NextThreshold
from app.rules.month import Month

Verdict = Literal["ready", "short", "blocked"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """The verdict on one patient's month, and all that it rests on.

    `verdict` is "ready" when a family is legal and nothing blocks, "short" when time alone is wanting, else "blocked".
    `lines` are empty unless ready; `would_bill` is the recommended family's whatever else blocks. Seconds are the
    counted ones.
    """

    id: str
    month: Month
    verdict: Verdict
    family: str | None
    would_bill: tuple[Line, ...]
    alternatives: tuple[FamilyLines, ...]
    date_of_service: date | None
    clinical_staff_seconds: int
    practitioner_seconds: int
    minutes: Minutes
    next_threshold: NextThreshold | None
    blockers: tuple[str, ...]
    warnings: tuple[str, ...]
    excluded: tuple[Excluded, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.would_bill if self.verdict == "ready" else ()

    def to_json(self) -> dict[str, object]:
        """Return the result as JSON values, in the form that `evaluate` prints and closed months keep."""
        threshold = self.next_threshold
        return {
            "id": self.id,
            "month": str(self.month),
            "verdict": self.verdict,
            "family": self.family,
            "lines": _lines_to_json(self.lines),
            "would_bill": _lines_to_json(self.would_bill),
            "alternatives": [
                {"family": other.family, "lines": _lines_to_json(other.lines)} for other in self.alternatives
            ],
            "date_of_service": self.date_of_service and self.date_of_service.isoformat(),
            "seconds": {"clinical_staff": self.clinical_staff_seconds, "practitioner": self.practitioner_seconds},
            "minutes": {
                "clinical_staff": self.minutes.clinical_staff,
                "practitioner": self.minutes.practitioner,
                "pooled": self.minutes.pooled,
            },
            "next_threshold": threshold and {"code": threshold.code, "minutes_to_go": threshold.minutes_to_go},
            "blockers": list(self.blockers),
            "warnings": list(self.warnings),
            "excluded": [{"id": row.id, "reason": row.reason, "seconds": row.seconds} for row in self.excluded],
        }


def readiness_from_json(stored: dict[str, Any]) -> Readiness:
    """Return the result that `Readiness.to_json` wrote, as a closed month keeps it; not for strangers' files."""
    day, threshold = stored["date_of_service"], stored["next_threshold"]
    return Readiness(
        id=stored["id"],
        month=Month.parse(stored["month"]),
        verdict=stored["verdict"],
        family=stored["family"],
        would_bill=_lines_from_json(stored["would_bill"]),
        alternatives=tuple(
            FamilyLines(row["family"], _lines_from_json(row["lines"])) for row in stored["alternatives"]
        ),
        date_of_service=None if day is None else date.fromisoformat(day),
        clinical_staff_seconds=stored["seconds"]["clinical_staff"],
        practitioner_seconds=stored["seconds"]["practitioner"],
        minutes=Minutes(**stored["minutes"]),
        next_threshold=None if threshold is None else NextThreshold(**threshold),
        blockers=tuple(stored["blockers"]),
        warnings=tuple(stored["warnings"]),
        excluded=tuple(Excluded(**row) for row in stored["excluded"]),
    )


def _lines_to_json(lines: tuple[Line, ...]) -> list[dict[str, object]]:
    return [{"code": line.code, "units": line.units} for line in lines]


def _lines_from_json(stored: list[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**row) for row in stored)
