"""Components that wrap content. A leaf is an include under `templates/components/`."""

from django import template

register = template.Library()
