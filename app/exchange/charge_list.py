"""The month's charges as a list: a row for each line of each final packet, for the clinic's billing program."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.exchange.csv_text import Cell, csv_bytes
from app.exchange.xlsx_file import XlsxSheet, xlsx_bytes
from app.rules.packet_facts import PacketFacts
from app.rules.papers import bound_totals

HEADERS = (
    "service_month",
    "packet",
    "record",
    "account",
    "patient",
    "birth_date",
    "mbi",
    "practitioner_npi",
    "practitioner",
    "date_of_service",
    "place_of_service",
    "line",
    "code",
    "units",
    "charge",
    "diagnoses",
    "staff_seconds",
    "practitioner_seconds",
)
"""The columns. A month's seconds stand with the first of its lines alone, so that a column adds up to the month."""


def charge_list_csv(packets: Sequence[PacketFacts]) -> bytes:
    """Return the charges of final packets, in their order, as CSV: dollars with cents, whole seconds.

    A charge that the clinic never set is empty. The same packets give the same bytes.
    """
    return csv_bytes(HEADERS, _rows(packets), marked=False)


def charge_list_xlsx(packets: Sequence[PacketFacts]) -> bytes:
    """Return the same as a workbook, with a second sheet of totals by code. The same packets give the same bytes."""
    totals = bound_totals(packets)
    by_code: list[Sequence[Cell]] = [(line.code, line.units, dollars(line.charge_cents)) for line in totals.units]
    whole: list[tuple[str, Cell]] = [
        ("Packets", len(packets)),
        ("Staff seconds", sum(each.readiness.staff_seconds for each in packets)),
        ("Practitioner seconds", sum(each.readiness.practitioner_seconds for each in packets)),
        ("Seconds in all", totals.pooled_seconds),
        ("Charges", dollars(totals.charge_cents) if totals.charge_cents is not None else "Not all codes have a charge"),
    ]
    return xlsx_bytes(
        [
            XlsxSheet("Charges", HEADERS, tuple(_rows(packets))),
            XlsxSheet("Totals by code", ("code", "units", "charge"), by_code),
            XlsxSheet("Totals", ("what", "value"), whole),
        ]
    )


def dollars(cents: int | None) -> Decimal | None:
    """Return whole cents as dollars, exactly."""
    return None if cents is None else Decimal(cents).scaleb(-2)


def _rows(packets: Sequence[PacketFacts]) -> Iterator[tuple[Cell, ...]]:
    for facts in packets:
        readiness = facts.readiness
        for number, line in enumerate(readiness.lines, 1):
            first = number == 1
            yield (
                facts.month,
                facts.making.packet_id,
                facts.patient.record_id,
                facts.patient.account_no,
                facts.patient.claim_name or facts.patient.name,
                facts.patient.born_on,
                facts.patient.mbi,
                facts.practitioner.npi,
                facts.practitioner.name or f"NPI {facts.practitioner.npi}",
                readiness.date_of_service,
                facts.clinic.place_of_service,
                number,
                line.code,
                line.units,
                dollars(line.charge_cents),
                " ".join(facts.diagnosis_codes()),
                readiness.staff_seconds if first else None,
                readiness.practitioner_seconds if first else None,
            )
