"""Small districts as CSV files, and a client that knows nothing of the sandbox's code."""

import csv
from pathlib import Path
from typing import Any

import requests

from rostering.rehearsal.clever import Sandbox
from rostering.rehearsal.csv_files import CONTACT, HEADERS

Row = dict[str, str]
Files = dict[str, list[Row]]
Record = dict[str, Any]


def rows(text: str) -> list[Row]:
    return list(csv.DictReader(text.strip().splitlines(), restval=""))


THIJS, MO = rows("""
School_id,Student_id,Student_number,State_id,Last_name,First_name,Middle_name,Grade,Gender,DOB,Race,Hispanic_Latino
010,100917,100917,AZ-5521,Nuñez-O'Dea,Thijs,M,4,X,03/09/2016,M,Y
020,100918,100918,,Li,Mo,,6,F,11/30/2014,A,N""")
THIJS |= {"Ell_status": "N", "Frl_status": "R", "IEP_status": "N", "Student_zip": "85001", "Username": "thijs.n"}
MO |= {"Ell_status": "Y", "Frl_status": "F", "Student_email": "mo.li@larkfield.example", "Username": "mo.li"}
THIJS["Password"] = MO["Password"] = "hush-hush"
PETRA = "Parent,Parent/Guardian,Petra Nuñez,602-555-0142,Cell,p.nunez@mail.example,CON000001"
BO = "Other,Emergency,Bo Varga,602-555-0143,Work,,CON000002"


def example() -> Files:
    """The set of clever.md §5.14."""
    return {
        "schools": rows("""
School_id,School_name,School_number,Low_grade,High_grade,Principal,Principal_email,School_city,School_zip,School_phone,ext.region
010,Harborview Elementary,010,Kindergarten,5,Ewa Solberg,esol@larkfield.example,Larkfield,85001,602-555-0100,North
020,Larkfield Middle,020,6,8,,,Larkfield,85002,,South"""),
        "students": [
            THIJS | dict(zip(CONTACT, PETRA.split(","), strict=True)),
            THIJS | dict(zip(CONTACT, BO.split(","), strict=True)),
            dict(MO),
        ],
        "teachers": rows("""
School_id,Teacher_id,Teacher_number,State_teacher_id,Teacher_email,First_name,Middle_name,Last_name,Title,Username,Password
010,T-88,88,,oona.quill@larkfield.example,Oona,,Quill,Grade 4,oquill,hush-hush
010,T-89,89,,,Idris,,Vance,Aide,ivance,hush-hush"""),
        "sections": rows("""
School_id,Section_id,Teacher_id,Teacher_2_id,Name,Section_number,Grade,Course_name,Course_number,Period,Subject,Term_name,Term_start,Term_end
010,SEC-401,T-88,T-89,,401,4,Grade 4 Math,M4,2,Math,Year 26-27,08/17/2026,05/28/2027
020,SEC-700,T-88,,Homeroom,700,6,,,0,Homeroom/advisory,Year 26-27,08/17/2026,05/28/2027"""),
        "enrollments": rows("""
School_id,Section_id,Student_id
010,SEC-401,100917
020,SEC-700,100918"""),
        "staff": rows("""
School_id,Staff_id,Staff_email,First_name,Last_name,Department,Title,Username,Password,Role
010,S-14,Oona.Quill@larkfield.example,Oona,Quill,Office,Dean,oquill,hush-hush,School Tech Lead
020,S-14,oona.quill@larkfield.example,Oona,Quill,Office,Dean,oquill,hush-hush,School Tech Lead"""),
    }


def write(folder: Path, files: Files) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        known = list(HEADERS[f"{file}.csv"])
        extra = [name for name in (content[0] if content else ()) if name not in known]
        with (folder / f"{file}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [*known, *extra], restval="")
            writer.writeheader()
            writer.writerows(content)
    return folder


def student(number: int, **cells: str) -> Row:
    return {"School_id": "010", "Student_id": f"s{number:03}", "Last_name": f"L{number}", "First_name": "F"} | cells


class Client(requests.Session):
    """Asks a sandbox with the token of its district, or with another."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__()
        self.url = url
        self.headers["Authorization"] = f"Bearer {token}"

    def ask(self, target: str, **options: Any) -> requests.Response:
        return self.get(self.url + target, timeout=10, allow_redirects=False, **options)

    def links(self, target: str) -> dict[str, str]:
        return {link["rel"]: link["uri"] for link in self.ask(target).json()["links"]}

    def page(self, target: str) -> list[Record]:
        answer = self.ask(target)
        assert answer.status_code == 200, answer.text
        return [item["data"] for item in answer.json()["data"]]

    def ids(self, target: str) -> list[str]:
        return [record["id"] for record in self.page(target)]

    def everything(self, target: str) -> list[Record]:
        found: list[Record] = []
        while target:
            found += self.page(target)
            target = self.links(target).get("next", "")
        return found

    def control(self, verb: str, **asked: Any) -> Record:
        answer = self.post(f"{self.url}/control/{verb}", json=asked, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Days:
    """A sandbox and the days that its district sends."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder, self.number, self.files = folder, 0, example()
        self.sandbox = Sandbox(write(folder / "0", self.files), **options)

    def next(self, files: Files | None = None) -> list[Record]:
        """The events of the next day."""
        before = len(self.sandbox.events())
        self.number += 1
        self.sandbox.load(write(self.folder / str(self.number), files or self.files))
        return self.sandbox.events()[before:]

    def id(self, kind: str, sis: str) -> str:
        for record in self.sandbox.records(kind):
            roles = [role for role in record.get("roles", {}).values() if role]
            if sis in [each.get(name) for each in (record, *roles) for name in ("sis_id", "staff_id")]:
                return record["id"]
        raise KeyError(sis)


def types(events: list[Record]) -> list[str]:
    return [event["type"] for event in events]
