"""A claim acknowledgement (277CA) as a payer would write it, for tests; the validator's own map judges its shape."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """What the payer says of one claim: "A2:20" accepts, "A7:500:IL" turns back."""

    claim_no: str
    status: str = "A2:20"
    amount: str = "235.5"
    payer_no: str = ""
    more: tuple[str, ...] = ()


def a_277ca(
    said: Sequence[Said], reference: str = "217386102", *, whole: str = "A1:19:PR", control: int = 905
) -> bytes:
    """Return the file. `whole` is said of the batch whose BHT03 is `reference`."""
    at = "20261103"
    body = [
        "ST*277*0001*005010X214",
        f"BHT*0085*08*ACK{control}*{at}*1012*TH",
        "HL*1**20*1",
        "NM1*PR*2*MIDWEST MAC*****PI*05102",
        f"TRN*1*{at}00001",
        f"DTP*050*D8*{at}",
        f"DTP*009*D8*{at}",
        f"HL*2*1*21*{1 if said else 0}",
        "NM1*41*2*PRAIRIE FAMILY MEDICINE*****46*IL0012345",
        f"TRN*2*{reference}",
        f"STC*{whole}*{at}*{_action(whole)}*{len(said) * 100}",
    ]
    if said:
        body += [
            "HL*3*2*19*1",
            "NM1*85*2*PRAIRIE FAMILY MEDICINE*****XX*1679576722",
            "TRN*1*0",
            "STC*A1:19:PR**WQ*100",
        ]
    for number, each in enumerate(said, 4):
        turned_back = _action(each.status) == "U"
        body += [
            f"HL*{number}*3*PT",
            "NM1*QC*1*QUILL*NORA****MI*1EG4TE5MK73",
            f"TRN*2*{each.claim_no}",
            f"STC*{each.status}*{at}*{_action(each.status)}*{each.amount}",
            *(f"STC*{status}*{at}*{_action(status)}*{each.amount}" for status in each.more),
            *([f"REF*1K*{each.payer_no}"] if each.payer_no else []),
            "DTP*472*D8*20261031",
            *(["SVC*HC:99490*95*****1", f"STC*{each.status}*{at}*U", "DTP*472*D8*20261031"] if turned_back else []),
        ]
    body.append(f"SE*{len(body) + 1}*0001")
    head = (
        f"ISA*00*          *00*          *ZZ*05102          *ZZ*IL0012345      *261103*1012*^*00501*{control:09d}*0*P*:"
    )
    ends = [f"GE*1*{control}", f"IEA*1*{control:09d}"]
    segments = [head, f"GS*HN*05102*IL0012345*{at}*1012*{control}*X*005010X214", *body, *ends]
    return "".join(f"{segment}~\n" for segment in segments).encode("ascii")


def _action(status: str) -> str:
    return "U" if status[:2] in {"A3", "A4", "A6", "A7", "A8"} else "WQ"
