"""The addresses of municipalities: the central mail-box and the mayor."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from municipalities.models import Municipality
from outreach.forms.recipients import MailboxForm, MayorForm, OfficeHolderSearchForm, RecipientFilterForm
from outreach.models import Letter, Mandate
from outreach.services.offices.office_lists import offices_within
from outreach.services.offices.offices import current_mandate, end_office, set_mailbox, set_mayor

PER_PAGE = 50


def address(role):
    """The address of an office in each municipality, or nothing."""
    offices = Mandate.objects.in_office().exclude(email="").filter(role=role, body__municipality=OuterRef("pk"))
    return Subquery(offices.values("email")[:1])


@permission_required("outreach.view_mandate", raise_exception=True)
@require_safe
def recipient_list(request):
    municipalities = (
        Municipality.objects.current()
        .select_related("county")
        .annotate(mailbox_email=address(Mandate.Role.MAILBOX), mayor_email=address(Mandate.Role.MAYOR))
    )
    form = RecipientFilterForm(request.GET)
    page = Paginator(form.narrow(municipalities), PER_PAGE).get_page(request.GET.get("page"))
    template = "outreach/recipient_list.html#recipients" if request.htmx else "outreach/recipient_list.html"
    return render(request, template, {"form": form, "page": page})


@permission_required("outreach.view_mandate", raise_exception=True)
@require_safe
def recipient_detail(request, number):
    municipality = get_object_or_404(Municipality.objects.select_related("county"), pk=number)
    letters = Letter.objects.exclude(status=Letter.Status.CANCELLED).filter(municipality=municipality)
    form = OfficeHolderSearchForm(request.GET)
    offices = offices_within(municipality)
    context = {
        "municipality": municipality,
        "mailbox": offices.first(Mandate.Role.MAILBOX),
        "mayor": offices.first(Mandate.Role.MAYOR),
        "leaders": offices.leaders,
        "council": form.narrow(offices.council),
        "substitutes": form.narrow(offices.substitutes),
        "others": offices.others,
        "form": form,
        "letters": letters.select_related("mailing", "demand_version__demand").order_by("-pk")[:PER_PAGE],
    }
    return render(request, "outreach/recipient_detail.html", context)


def address_of(mandate):
    if mandate is None:
        return {"checked_on": timezone.localdate()}
    return {"email": mandate.email, "source": mandate.email_source, "checked_on": mandate.email_checked_on}


@permission_required("outreach.change_mandate", raise_exception=True)
def mailbox_update(request, number):
    municipality = get_object_or_404(Municipality.objects.current(), pk=number)
    mandate = current_mandate(municipality, Mandate.Role.MAILBOX)
    form = MailboxForm(
        request.POST or None, initial=address_of(mandate) if mandate else {"checked_on": timezone.localdate()}
    )
    if form.is_valid():
        set_mailbox(municipality, by=request.user, **form.cleaned_data)
        return saved(request, municipality)
    context = {"form": form, "municipality": municipality, "title": _("The central mail-box")}
    return render(request, "outreach/recipient_form.html", context)


@permission_required("outreach.change_mandate", raise_exception=True)
def mayor_update(request, number):
    municipality = get_object_or_404(Municipality.objects.current(), pk=number)
    mandate = current_mandate(municipality, Mandate.Role.MAYOR)
    form = MayorForm(request.POST or None, initial=mayor_as_known(mandate), holder=mandate and mandate.politician)
    if form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "person"}
        set_mayor(municipality, by=request.user, **data, politician=form.politician)
        return saved(request, municipality)
    context = {"form": form, "municipality": municipality, "title": _("The mayor"), "mandate": mandate}
    return render(request, "outreach/recipient_form.html", context)


def mayor_as_known(mandate):
    if mandate is None:
        return address_of(None)
    politician = mandate.politician
    names = {"first_name": politician.first_name, "last_name": politician.last_name, "party": mandate.party}
    return names | address_of(mandate)


def saved(request, municipality):
    messages.success(request, _("The address is saved."))
    return redirect("outreach:recipient_detail", municipality.pk)


@permission_required("outreach.change_mandate", raise_exception=True)
def mayor_end(request, number):
    municipality = get_object_or_404(Municipality, pk=number)
    mandate = current_mandate(municipality, Mandate.Role.MAYOR)
    if request.method == "POST" and mandate is not None:
        end_office(mandate, on=timezone.localdate(), by=request.user)
        messages.success(request, _("The mayor is put down as having left office today."))
    if request.method == "POST" or mandate is None:
        return redirect("outreach:recipient_detail", municipality.pk)
    context = {
        "title": _("Has the mayor left office?"),
        "text": _("Letters that have not left for %(name)s are stopped.") % {"name": mandate.politician},
        "button": _("Yes, left office today"),
        "color": "danger",
        "back": reverse("outreach:recipient_detail", args=[municipality.pk]),
    }
    return render(request, "confirm.html", context)
