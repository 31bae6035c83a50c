"""As whom somebody's minutes count (CPT definition of clinical staff; CMS CCM FAQ 2016, 2022)."""

from collections.abc import Collection

from app.rules.month_case import Role

# Whose licence, registration or certification makes them clinical staff; nobody becomes it by a job title.
# fmt: off
CLINICAL_CREDENTIALS = frozenset({
    "MD", "DO", "NP", "APRN", "ARNP", "CRNP", "FNP", "AGNP", "ANP", "DNP", "PA", "PA-C", "CNS", "CNM", "CRNA",
    "RN", "BSN", "MSN", "LPN", "LVN", "MA", "CMA", "RMA", "CCMA", "CNA", "PHARMD", "RPH", "CPHT", "LCSW",
    "LMSW", "LICSW", "LPC", "PSYD", "RD", "RDN", "LD", "CDE", "CDCES", "RT", "RRT", "PT", "OT", "SLP", "EMT",
    "PARAMEDIC",
})
# fmt: on
# Roles that the clinic gives to clinicians only.
CLINICAL_ROLES = frozenset({"nurse", "practitioner"})


def performer_role(roles: Collection[str], credential: str, *, bills_for_patient: bool) -> Role:
    """Return the role of a person's minutes on one patient.

    The patient's billing practitioner counts as such; every other clinician, another practitioner too, as clinical
    staff; and who is neither by role nor by credential a clinician counts nowhere.
    """
    if bills_for_patient:
        return "practitioner"
    titles = set(credential.upper().replace(".", "").replace("/", " ").replace(",", " ").split())
    if not CLINICAL_ROLES.isdisjoint(roles) or not CLINICAL_CREDENTIALS.isdisjoint(titles):
        return "clinical_staff"
    return "non_clinical"
