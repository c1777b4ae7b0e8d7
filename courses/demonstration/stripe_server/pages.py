"""The hosted page where a payer pays, as plain HTML. It says what it is: nobody should take it for Stripe's own."""

from html import escape

WORDS = {
    "nb": {
        "title": "Betaling (demonstrasjon)",
        "note": "Dette er en demonstrasjon. Siden er ikke Stripe, og ingen penger flyttes.",
        "card": "Kortnummer",
        "pay": "Betal",
        "decline": "Prøv et kort som blir avvist",
        "back": "Tilbake uten å betale",
        "declined": "Kortet ble avvist. Prøv et annet kort.",
        "over": "Betalingen kan ikke lenger gjøres her.",
    },
    "en": {
        "title": "Payment (demonstration)",
        "note": "This is a demonstration. The page is not Stripe, and no money moves.",
        "card": "Card number",
        "pay": "Pay",
        "decline": "Try a card that is declined",
        "back": "Back without paying",
        "declined": "The card was declined. Try another one.",
        "over": "This can no longer be paid here.",
    },
}
STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 28rem; padding: 2rem 1rem; color: #1e2b3c }
form { display: grid; gap: 1rem } input, button { font: inherit; padding: .75rem; border-radius: .25rem }
input { border: 1px solid #5d6b7e; width: 100%; box-sizing: border-box }
button { border: 1px solid #0062ba; background: #0062ba; color: #fff }
button.other { background: #fff; color: #0062ba }
.note { background: #fff4d6; padding: .75rem } .error { background: #fde3e3; padding: .75rem }
.sum { font-size: 1.5rem }
"""


def hosted_page(session: dict, error: str = "") -> str:
    """Return the page of a Checkout Session."""
    language = "en" if session["locale"] == "en" else "nb"
    words = WORDS[language]
    if session["status"] != "open":
        return _page(language, words["title"], f"<p>{words['over']}</p>{_way_back(session, words)}")
    lines = "".join(f"<p>{escape(line['price_data']['product_data']['name'])}</p>" for line in session["line_items"])
    amount = f"{session['amount_total'] / 100:.2f}".replace(".", ",")
    said = f'<p class="error" role="alert">{words[error]}</p>' if error else ""
    form = (
        f'<form method="post"><label>{words["card"]} <input name="card" value="4242 4242 4242 4242"'
        f' inputmode="numeric" autocomplete="off"></label>'
        f'<button name="act" value="pay">{words["pay"]} {amount} kr</button>'
        f'<button class="other" name="act" value="decline">{words["decline"]}</button></form>'
    )
    return _page(
        language, words["title"], f'{said}{lines}<p class="sum">{amount} kr</p>{form}{_way_back(session, words)}'
    )


def _way_back(session: dict, words: dict) -> str:
    return f'<p><a href="{escape(session["cancel_url"])}">{words["back"]}</a></p>' if session["cancel_url"] else ""


def _page(language: str, title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body><main>'
        f'<p class="note">{WORDS[language]["note"]}</p><h1>{title}</h1>{content}</main></body></html>'
    )
