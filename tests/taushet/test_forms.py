from django import forms
from django.utils import translation

SHADES = [("a", "A"), ("b", "B")]


class Sample(forms.Form):
    name = forms.CharField(label="Navn", help_text="Hele navnet.", widget=forms.TextInput(attrs={"class": "long"}))
    shade = forms.ChoiceField(label="Farge", choices=SHADES, widget=forms.RadioSelect)
    sure = forms.BooleanField(label="Sikker", required=False)
    key = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Det henger ikke sammen.")


def test_field_ties_label_help_and_error_together():
    form = Sample({"key": "k"})

    html = form["name"].as_field_group()

    assert '<label class="ds-label" data-weight="medium" for="id_name">Navn</label>' in html
    assert 'class="ds-input long"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert '<div class="field-help" id="id_name_helptext">Hele navnet.</div>' in html
    assert '<div id="id_name_error"><p class="ds-validation-message">' in html


def test_choices_stand_in_a_fieldset_with_a_legend():
    html = Sample()["shade"].as_field_group()

    assert html.count("<fieldset") == 1
    assert "<legend" in html
    assert html.count('<input type="radio"') == html.count('class="ds-input"') == 2
    assert '<label class="ds-label" data-weight="regular" for="id_shade_0">A</label>' in html


def test_errors_are_summed_up_above_the_form_with_links_to_the_fields():
    with translation.override("nb"):
        html = Sample({"key": "k"}).render()

    assert html.index("Noe må rettes") < html.index("Det henger ikke sammen.") < html.index('href="#id_name"')
    assert html.index('href="#id_name"') < html.index('href="#id_shade"') < html.index("<fieldset")


def test_form_without_errors_has_no_summary():
    assert "error-summary" not in Sample().render()


def test_values_and_labels_are_escaped():
    html = Sample({"name": "<script>", "key": "k"}).render()

    assert "<script>" not in html
