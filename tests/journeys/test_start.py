import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


@pytest.mark.main_job
@pytest.mark.django_db(transaction=True)
def test_front_page_opens_in_a_browser(page, accessible):
    page.goto("/")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
