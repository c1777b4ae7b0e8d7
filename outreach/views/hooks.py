"""Legal hooks: which there are, whether they hold, and which demands lean on them."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.forms.hooks import HookForm
from outreach.models import LegalHook
from outreach.services.demands.hooks import check_hook, save_hook, unchecked_since, with_demands

may_change = permission_required("outreach.change_demand", raise_exception=True)


@permission_required("outreach.view_demand", raise_exception=True)
@require_safe
def hook_list(request):
    today = timezone.localdate()
    unchecked = set(LegalHook.objects.filter(unchecked_since(today)).values_list("pk", flat=True))
    rows = [
        {
            "hook": hook,
            "is_valid": hook.is_valid_on(today),
            "is_unchecked": hook.pk in unchecked,
            "leaning": hook.leaning,
        }
        for hook in with_demands(LegalHook.objects.all())
    ]
    rows.sort(key=lambda row: (row["is_valid"], not row["is_unchecked"], row["hook"].kind, row["hook"].pk))
    return render(request, "outreach/hook_list.html", {"rows": rows})


@may_change
def hook_update(request, key):
    return hook_form(request, get_object_or_404(LegalHook, key=key))


@may_change
def hook_create(request):
    return hook_form(request, LegalHook())


def hook_form(request, hook):
    is_new = hook.pk is None
    form = HookForm(request.POST or None, instance=hook)
    if form.is_valid():
        save_hook(LegalHook() if is_new else LegalHook(pk=hook.pk), form.cleaned_data, by=request.user)
        messages.success(request, _("The legal hook is saved."))
        return redirect("outreach:hook_list")
    leaning = [] if is_new else with_demands(LegalHook.objects.filter(pk=hook.pk)).get().leaning
    context = {"form": form, "hook": hook, "is_new": is_new, "leaning": leaning}
    return render(request, "outreach/hook_form.html", context)


@may_change
@require_POST
def hook_check(request, key):
    check_hook(get_object_or_404(LegalHook, key=key), by=request.user)
    messages.success(request, _("Noted that you have looked it up today."))
    return redirect("outreach:hook_list")
