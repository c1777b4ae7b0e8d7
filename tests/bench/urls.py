from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from municipalities.models import County

SOURCE = """<!doctype html><html lang="nb"><head><title>Bare</title></head>
<body><h1>Bare</h1><p>{{ county.name }}</p></body></html>"""
TEMPLATE = engines["django"].from_string(SOURCE)


@login_not_required
def bare(request):
    """One query and a small template: the least a page of this house can cost."""
    county = County.objects.filter(number="03").first()
    return HttpResponse(TEMPLATE.render({"county": county}, request))


urlpatterns = [path("bare/", bare), path("", include("taushet.urls"))]
