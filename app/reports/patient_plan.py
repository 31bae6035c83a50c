"""The patient's copy of the care plan, large and plain, in English or Spanish."""

from collections.abc import Mapping, Sequence

from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead, made_line
from app.reports.page import Cell, Flow
from app.reports.pdf_text import Typesetter
from app.reports.sheet import BLOCK, MUTED
from app.reports.wording import day
from app.rules.plan_copy import PatientCopy, SaidLine

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "My care plan",
        "draft": "Draft, not signed",
        "from": "From {who}, {day}",
        "do": "What I do",
        "clinic": "What my clinic does",
        "call": "When to call, and whom",
        "medicines": "My medicines",
        "nothing": "Nothing is written here yet. Ask your nurse.",
        "911": "Call 911",
        "988": "Call or text 988",
        "to_clinic": "Call my clinic",
        "other": "Call {whom}",
        "phone": "My clinic: {phone}",
        "after": "Nights and weekends: {phone}",
        "emergency": "In an emergency I call 911.",
        "paper": "My care plan",
        "page": "Keep this paper where you see it. Bring it to every visit.",
    },
    "es": {
        "title": "Mi plan de cuidado",
        "draft": "Borrador, sin firmar",
        "from": "De {who}, {day}",
        "do": "Lo que hago yo",
        "clinic": "Lo que hace mi clínica",
        "call": "Cuándo llamar y a quién",
        "medicines": "Mis medicinas",
        "nothing": "Aquí todavía no hay nada escrito. Pregunte a su enfermera.",
        "911": "Llamar al 911",
        "988": "Llamar o enviar un texto al 988",
        "to_clinic": "Llamar a mi clínica",
        "other": "Llamar a {whom}",
        "phone": "Mi clínica: {phone}",
        "after": "Noches y fines de semana: {phone}",
        "emergency": "En una emergencia llamo al 911.",
        "paper": "Mi plan de cuidado",
        "page": "Guarde este papel donde lo vea. Tráigalo a cada visita.",
    },
}
_URGENT = ("911", "988")


def patient_plan_pdf(copy: PatientCopy) -> bytes:
    """The patient's copy in 16 point type. A copy of a draft says so on every page."""
    words = _WORDS[copy.language]
    typesetter = Typesetter()
    flow = Flow(typesetter)
    letterhead(flow, copy.clinic)
    flow.mark(words["paper"], "plan", 0)
    flow.title(words["title"], copy.patient.name)
    who = copy.practitioner or copy.clinic.name
    signed = words["from"].format(who=who, day=day(copy.signed_on)) if copy.signed_on else words["draft"]
    flow.large(Cell(signed, colour=MUTED))
    _part(flow, words, "do", copy.i_do)
    _part(flow, words, "clinic", copy.clinic_does)
    flow.large_heading(words["call"], "call")
    for whom, lines in _by_whom(copy.call):
        flow.large(Cell(_whom(words, whom), bold=True, colour=BLOCK if whom in _URGENT else (0.11, 0.15, 0.20)))
        for line in lines:
            flow.large_item("•", line.text)
    for name, phone in (("phone", copy.clinic.phone), ("after", copy.after_hours_phone)):
        if phone:
            flow.large(Cell(words[name].format(phone=phone), bold=True))
    flow.large(Cell(words["emergency"], bold=True))
    if copy.medicines:
        flow.large_heading(words["medicines"], "medicines")
        for name, taken in copy.medicines:
            flow.large_item("•", f"{name}: {taken}" if taken else name)
    flow.space(10)
    flow.large(Cell(words["page"], colour=MUTED))
    document = Document(f"CareLoop care plan {copy.making.packet_id}", typesetter)
    document.add(flow.pages, _furniture(copy, words))
    return document.finished()


def _part(flow: Flow, words: Mapping[str, str], key: str, lines: Sequence[SaidLine]) -> None:
    flow.large_heading(words[key], key)
    for line in lines:
        flow.large_item("•", line.text)
    if not lines:
        flow.large(Cell(words["nothing"], colour=MUTED))


def _by_whom(lines: Sequence[SaidLine]) -> list[tuple[str, list[SaidLine]]]:
    """The sentences by whom to call, emergencies first."""
    found: dict[str, list[SaidLine]] = {}
    for line in lines:
        found.setdefault(line.whom, []).append(line)
    return sorted(found.items(), key=lambda pair: (pair[0] not in _URGENT, pair[0] != "911", pair[0]))


def _whom(words: Mapping[str, str], whom: str) -> str:
    if whom in _URGENT:
        return words[whom]
    return words["to_clinic"] if whom in ("", "clinic") else words["other"].format(whom=whom)


def _furniture(copy: PatientCopy, words: Mapping[str, str]) -> Furniture:
    version = "" if copy.version is None else f" · v{copy.version}"
    return Furniture(
        what=f"{copy.clinic.name} · {words['paper']}",
        whose=copy.patient.name,
        foot=words["paper"],
        ident=f"{copy.making.packet_id}{version}",
        made=made_line(copy.making, copy.clinic.time_zone),
        watermark="" if copy.signed_on else words["draft"].upper(),
    )
