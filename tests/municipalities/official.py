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


def begin(answers, number, name, *, like):
    """Put a new municipality into every answer, in the place of an old one."""
    answers["klass_131_codes"]["codes"].append(code(number, name))
    answers["klass_104_to_131"]["correspondenceItems"].append({"sourceCode": number[:2], "targetCode": number})
    places = places_of(answers, number[:2])
    new = json.loads(json.dumps(next(place for place in places if place["kommunenummer"] == like)))
    new |= {"kommunenummer": number, "kommunenavn": name, "kommunenavnNorsk": name}
    new["gyldigeNavn"][0]["navn"] = name
    places.append(new)


def places_of(answers, county):
    return next(c["kommuner"] for c in answers["kartverket_fylkerkommuner"] if c["fylkesnummer"] == county)


def end(answers, *numbers):
    codes = answers["klass_131_codes"]["codes"]
    codes[:] = [item for item in codes if item["code"] not in numbers]


def units_of(answers):
    return [unit for name in ("brreg_kommuner_0", "brreg_kommuner_1") for unit in answers[name]["_embedded"]["enheter"]]


def unit_of(answers, number):
    return next(unit for unit in units_of(answers) if unit["forretningsadresse"]["kommunenummer"] == number)


def move_unit(answers, old, number, name):
    unit = unit_of(answers, old)
    unit["navn"], unit["forretningsadresse"]["kommunenummer"] = f"{name.upper()} KOMMUNE", number


def merge(answers, on="2028-01-01"):
    """Let 1119 Hå and 1120 Klepp become 1199 Jæren."""
    begin(answers, "1199", "Jæren", like="1119")
    end(answers, "1119", "1120")
    move_unit(answers, "1119", "1199", "Jæren")
    answers["klass_131_changes"]["codeChanges"] = [change("1119", "1199", on), change("1120", "1199", on)]
    return answers


def save(answers: dict[str, object], folder: Path) -> Path:
    for name, data in answers.items():
        (folder / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    return folder
