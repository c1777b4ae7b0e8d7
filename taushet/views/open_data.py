"""Open data: tables that everybody may have, as CSV and JSON."""

import json
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from taushet.registries import datasets
from taushet.tables.writing import CONTENT_TYPES, CSV, write_csv

LICENCE = "CC BY 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
SOURCE = "Taushet tar liv"


@login_not_required
@require_safe
def open_data(request):
    context = {"datasets": list(datasets), "licence": LICENCE, "licence_url": LICENCE_URL}
    return render(request, "taushet/open_data.html", context)


def find(key):
    if (dataset := datasets.get(key)) is None:
        raise Http404
    return dataset


@login_not_required
@require_safe
def open_data_csv(request, key):
    """Give a table as a Norwegian Excel opens it; days as ISO 8601, so that programs read them as well."""
    dataset = find(key)
    rows = ([plain(value) for value in row] for row in dataset.rows())
    content = write_csv([name for name, _what in dataset.columns], rows)
    return as_file(StreamingHttpResponse(content, content_type=CONTENT_TYPES[CSV]), f"{key}.csv")


@login_not_required
@require_safe
def open_data_json(request, key):
    dataset = find(key)
    names = [name for name, _what in dataset.columns]
    told = {
        "title": str(dataset.title),
        "source": SOURCE,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "columns": [{"name": name, "holds": str(what)} for name, what in dataset.columns],
        "rows": [dict(zip(names, map(plain, row), strict=True)) for row in dataset.rows()],
    }
    content = json.dumps(told, ensure_ascii=False, indent=1)
    return as_file(HttpResponse(content, content_type="application/json; charset=utf-8"), f"{key}.json")


def plain(value):
    return value.isoformat() if isinstance(value, date) else value


def as_file(response, name):
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
