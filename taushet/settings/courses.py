"""Bookings, money and travel."""

from taushet import environment

from .system import DEBUG, DEMO

# Bookings from addresses that have not proved themselves (design rule 13)

HOLDS_PER_ADDRESS = environment.number("TAUSHET_HOLDS_PER_ADDRESS", 3)
HOLDS_PER_MUNICIPALITY = environment.number("TAUSHET_HOLDS_PER_MUNICIPALITY", 10)
BOOKINGS_PER_NETWORK = environment.number("TAUSHET_BOOKINGS_PER_NETWORK", 100)

# Card payment. Without both keys nobody is offered it. The address is that of a stand-in on this machine.

STRIPE_SECRET_KEY = environment.text("TAUSHET_STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = environment.text("TAUSHET_STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = environment.loopback("TAUSHET_STRIPE_API_BASE")
if DEMO and not STRIPE_API_BASE:
    STRIPE_SECRET_KEY = ""  # the demonstration moves nobody's money
CARD_SURPLUS = environment.choice("TAUSHET_CARD_SURPLUS", ("task", "refund"))

# Who issues invoices. What the demonstration has instead says that nobody should pay it.

SELLER = {
    "name": environment.text("TAUSHET_SELLER_NAME", "Demonstrasjon, skal ikke betales" if DEMO else ""),
    "organisation_number": environment.text("TAUSHET_SELLER_ORGANISATION_NUMBER", "910000004" if DEMO else ""),
    "street": environment.text("TAUSHET_SELLER_STREET", "Eksempelgata 1" if DEMO else ""),
    "postal_code": environment.text("TAUSHET_SELLER_POSTAL_CODE", "0001" if DEMO else ""),
    "city": environment.text("TAUSHET_SELLER_CITY", "Oslo" if DEMO else ""),
    "email": environment.text("TAUSHET_SELLER_EMAIL", "faktura@demonstrasjon.example" if DEMO else ""),
    "phone": environment.text("TAUSHET_SELLER_PHONE"),
    "is_in_vat_register": environment.flag("TAUSHET_SELLER_IN_VAT_REGISTER", default=DEMO),
    "is_in_business_register": environment.flag("TAUSHET_SELLER_IN_BUSINESS_REGISTER"),
}
SELLER_ACCOUNT = environment.text("TAUSHET_SELLER_ACCOUNT", "15032080119" if DEMO else "")
PAYMENT_DAYS = environment.number("TAUSHET_PAYMENT_DAYS", 30)
# Accounts of NS 4102 by VAT category; `VatCategory` in courses says what the letters mean.
REVENUE_ACCOUNTS = {"S": "3000", "E": "3200", "O": "3200", "Z": "3100"} | environment.structure(
    "TAUSHET_REVENUE_ACCOUNTS", {}
)

# Where organisation numbers are looked up; empty where that shall not happen

# Nothing but a production system asks the register unless it is told to: the demonstration works without a network.
ENTITY_REGISTER = environment.text(
    "TAUSHET_ENTITY_REGISTER", "" if DEMO or DEBUG else "https://data.brreg.no/enhetsregisteret/api"
).rstrip("/")

# How long trainers travel: kilometres of straight line an hour, and minutes that ferries and flights add

TRAVEL_SPEED = max(1, environment.number("TAUSHET_TRAVEL_SPEED", 60))
FERRY_MINUTES = environment.number("TAUSHET_FERRY_MINUTES", 45)
FERRY_COUNTIES = environment.words("TAUSHET_FERRY_COUNTIES", "11,15,18,46,50,55,56")
FLIGHT_MINUTES = environment.number("TAUSHET_FLIGHT_MINUTES", 210)

# Who carries e-invoices into Peppol; without an address staff downloads them (design rule 11: never in a demonstration)

ACCESS_POINT_URL = "" if DEMO else environment.text("TAUSHET_ACCESS_POINT_URL")
ACCESS_POINT_KEY = environment.text("TAUSHET_ACCESS_POINT_KEY")
