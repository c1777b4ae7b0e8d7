"""An export of Stortinget as its service gives it: three lists by name, each a JSON document."""

import json


def official(representatives, ministers=None, committees=None):
    as_of = r"/Date(1767603600000+0100)/"
    return {
        "dagensrepresentanter": json.dumps(
            {"respons_dato_tid": as_of, "dagensrepresentanter_liste": representatives}
        ).encode(),
        "regjering": json.dumps({"regjeringsmedlemmer_liste": ministers or [official_minister()]}).encode(),
        "allekomiteer": json.dumps({"komiteer_liste": committees or [{"id": "NÆRING", "navn": "Næring"}]}).encode(),
    }


def official_representative(**changes):
    return {
        "id": "BÅH",
        "fornavn": "Bård",
        "etternavn": "Hoksrud",
        "parti": {"id": "X", "navn": "Et parti"},
        "fylke": {"id": "Te", "navn": "Telemark"},
        "vara_representant": False,
        "komiteer_liste": [{"id": "NÆRING", "navn": "Næring"}],
    } | changes


def official_minister(**changes):
    return {
        "id": "LVA",
        "fornavn": "Lene",
        "etternavn": "Vågslid",
        "parti": {"id": "A", "navn": "Arbeiderpartiet"},
        "departement": "Barne- og familiedepartementet",
        "tittel": "Barne- og familieminister",
    } | changes
