"""KID, the number a Norwegian payer gives so that the payment finds its invoice: digits, the last one a check digit.

MOD10 (Luhn) as Mastercard Payment Services describes it in "KID – Customer identification number": from the right the
digits weigh 2, 1, 2, 1 ..., the digits of the products are added up, and the check digit makes the sum a multiple of
ten. A KID has 2 to 25 digits.
"""

DIGITS_OF_NUMBER = 9
LONGEST = 25


def check_digit(digits: str) -> str:
    """Return the MOD10 check digit of some digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        product = int(digit) * (1 if place % 2 else 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def make_kid(number: int) -> str:
    """Return the KID of an invoice: its number with leading noughts, and the check digit."""
    digits = f"{number:0{DIGITS_OF_NUMBER}d}"
    return digits + check_digit(digits)


def is_kid(text: str) -> bool:
    """Whether a text is a KID whose check digit fits."""
    is_number = text.isascii() and text.isdecimal() and 2 <= len(text) <= LONGEST
    return is_number and check_digit(text[:-1]) == text[-1]
