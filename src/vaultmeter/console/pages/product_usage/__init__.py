"""Product usage, called "Track product usage": who signs in, and what they do."""

from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.pages.product_usage.people import people
from vaultmeter.console.pages.product_usage.sentence import sentence
from vaultmeter.console.pages.product_usage.status import status
from vaultmeter.console.pages.product_usage.trend import trend
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.views.pages import page_named

_FOLDER = "pages/product_usage"

PAGE = Page(
    "product-usage",
    "/product-usage",
    "Track product usage",
    (
        one(Block("sentence", f"{_FOLDER}/sentence.html", sentence, "In one sentence", "line")),
        one(Block("status", f"{_FOLDER}/status.html", status, "People by activity status", "card")),
        one(Block("trend", f"{_FOLDER}/trend.html", trend, "Usage trend", "card")),
        one(Block("people", f"{_FOLDER}/people.html", people, "People", "table")),
        one(UNSEEN),
        one(RULES),
    ),
    subtitle="Who signs in to the vaults, and what they do there",
    exports=page_named("product-usage").reports,
)
