"""Whole answers of the official services, made from the project's own data: 357 municipalities in official forms."""

import json
from pathlib import Path

from municipalities.services.registry.bundled import read_bundled


def official_answers() -> dict[str, object]:
    """Return every answer by file name, as Klass, Kartverket and Enhetsregisteret would give them today."""
    edition = read_bundled()
    return {
        "klass_131_codes": {"codes": [code(m.number, m.official_name) for m in edition.municipalities] + [UNKNOWN]},
        "klass_104_codes": {
            "codes": [code(c.number, " - ".join([c.name, *c.parallel_names])) for c in edition.counties]
            + [code("99", "Uoppgitt")]
        },
        "klass_131_changes": {"codeChanges": []},
        "klass_104_to_131": {
            "correspondenceItems": [
                {"sourceCode": m.county, "sourceName": "", "targetCode": m.number, "targetName": m.name}
                for m in edition.municipalities
            ]
        },
        "kartverket_fylkerkommuner": [
            {
                "fylkesnummer": c.number,
                "fylkesnavn": c.name,
                "kommuner": [place(m) for m in edition.municipalities if m.county == c.number],
            }
            for c in edition.counties
        ],
        "brreg_kommuner_0": page([unit(m) for m in edition.municipalities[:200]], 0),
        "brreg_kommuner_1": page([unit(m) for m in edition.municipalities[200:]], 1),
    }


def code(number, name):
    return {
        "code": number,
        "parentCode": None,
        "level": "1",
        "name": name,
        "shortName": "",
        "presentationName": "",
        "validFrom": None,
        "validTo": None,
        "notes": "",
    }


UNKNOWN = code("9999", "Uoppgitt")


def place(municipality):
    names = municipality.official_name.split(" - ")
    names += [None] * (3 - len(names))
    return {
        "kommunenummer": municipality.number,
        "kommunenavn": names[0],
        "kommunenavnNorsk": municipality.name,
        "fylkesnummer": municipality.county,
        "gyldigeNavn": [{"navn": name, "prioritet": n, "sprak": None} for n, name in enumerate(names, start=1)],
        "samiskForvaltningsomrade": municipality.is_sami_area,
        "punktIOmrade": {
            "type": "Point",
            "coordinates": [float(municipality.longitude) + 0.01, float(municipality.latitude)],
        },
    }


def unit(municipality):
    return {
        "organisasjonsnummer": municipality.organisation_number,
        "navn": f"{municipality.name.upper()} KOMMUNE",
        "organisasjonsform": {"kode": "KOMM", "beskrivelse": "Kommune"},
        "hjemmeside": f"https://{municipality.website}/",
        "forretningsadresse": {"land": "Norge", "kommunenummer": municipality.number},
    }


def page(units, number):
    return {
        "_embedded": {"enheter": units},
        "page": {"size": 200, "totalElements": 357, "totalPages": 2, "number": number},
    }


def change(old, new, on="2028-01-01"):
    return {
        "oldCode": old,
        "oldName": "",
        "oldShortName": None,
        "newCode": new,
        "newName": "",
        "newShortName": None,
        "changeOccurred": on,
    }


def save(answers: dict[str, object], folder: Path) -> Path:
    for name, data in answers.items():
        (folder / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    return folder
