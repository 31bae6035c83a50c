"""Small files of each kind, written for these tests: two fictional patients of one clinic."""

from pathlib import Path

from app.rules.intake import Intake

PATIENTS = """\
ID,BIRTHDATE,DEATHDATE,PREFIX,FIRST,LAST,GENDER,ADDRESS,CITY,STATE,ZIP
p1,1948-03-02,,Mrs.,Nora7,Quill11,F,4 Elm Street,Aurora,Illinois,60502.0
p2,1940-12-31,,Mr.,Otis2,Vane8,M,"9, Oak Row",Salem,Massachusetts,1970.0
"""
CONDITIONS = """\
START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION
2019-01-23,,p1,x1,44054006,Diabetes
2010-05-21,2010-06-02,p2,x2,195662009,Acute viral pharyngitis (disorder)
"""
ALLERGIES = """\
START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION
1978-06-06,,p1,x3,91935009,Allergy to peanuts
1984-08-21,,p2,x4,419474003,Allergy to mould
"""
MEDICATIONS = """\
START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,COST,DISPENSES,TOTALCOST,REASONCODE,REASONDESCRIPTION
2019-01-23,,p1,x1,860975,Metformin 500 MG,9.82,1,9.82,44054006.0,Diabetes
"""
ENROLMENT = """\
patient_id,billing_npi,billing_kind,ccm_started_on,new_patient,last_seen_on,visit_on,visit_code,visit_ccm_discussed,\
consent_on,consent_method,told_availability,told_cost_sharing,told_one_practitioner,told_right_to_stop,consent_npi,\
revoked_on,plan_signed_on,plan_reviewed_on,plan_copy_given_on,coverage,mdm_level,mdm_documented_on,died_on,has_plan
p1,1234567893,physician,2026-01-05,no,2025-12-11,2025-12-11,G0439,yes,2026-01-05T10:20:00-06:00,verbal,yes,yes,yes,no,\
1234567893,,2026-01-05,2026-08-14,2026-01-06,part_b,moderate,2026-10-12,,yes
p2,1679576722,np,2026-05-04,yes,,,,,,,,,,,,,,,,,,,,no
"""
QUALIFYING = """\
patient_id,icd10,description,onset_on,expected_12_months,significant_risk
p1,E11.9,Type 2 diabetes,2024-06-03,yes,no
p1,I10,,,,
"""
TIME = """\
entry_id,patient_id,start,end,staff,credential,role,activity,contact,works_in_us,used_for,note,signed,recorded_at
e1,p1,2026-10-05T09:00:00-05:00,2026-10-05T09:12:30-05:00,Ada Fern,RN,clinical_staff,patient_call,reached,yes,,"Feet, \
checked.
Taught back.",yes,2026-10-05T18:00:00-05:00
e2,p2,2026-10-06T14:00:00Z,2026-10-06T14:20:00Z,1679576722,NP,practitioner,care_plan,,,visit,,,
"""
STAYS = "patient_id,kind,from,to\np1,inpatient,2026-10-10,2026-10-14\np2,snf_part_a,2026-10-20,\n"
SERVICES = "patient_id,code,on,by\np2,G0181,2026-10-03,same_practitioner\n"

ALL = {
    "patients.csv": PATIENTS,
    "conditions.csv": CONDITIONS,
    "allergies.csv": ALLERGIES,
    "medications.csv": MEDICATIONS,
    "enrolment.csv": ENROLMENT,
    "qualifying.csv": QUALIFYING,
    "time.csv": TIME,
    "stays.csv": STAYS,
    "services.csv": SERVICES,
}


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """A file of these bytes (text as UTF-8, line ends as given) in the folder."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_taken(intake: Intake) -> int:
    """How many rows of any kind came in."""
    kinds = (intake.patients, intake.conditions, intake.medications, intake.allergies, intake.enrolments)
    return sum(map(len, (*kinds, intake.time_entries, intake.stays, intake.services)))
