"""Words of the settings for what the lists of the model call by a code."""

PRODUCTS = (
    ("sm", "Secrets manager"),
    ("pm", "Password manager"),
    ("sra", "Remote access"),
)
"""Products by their code, in order."""
PRODUCT_WORDS = dict(PRODUCTS)
FOREVER = "for ever"


def months_words(months: int | None) -> str:
    """For how long something is kept."""
    if months is None:
        return FOREVER
    return "1 month" if months == 1 else f"{months} months"
