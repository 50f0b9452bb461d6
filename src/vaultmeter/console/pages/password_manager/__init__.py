"""The password manager: how many use it, how they sign in, what is stored, and how it is used."""

from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.password_manager.adoption import adoption
from vaultmeter.console.pages.password_manager.numbers import sentence, tiles
from vaultmeter.console.pages.password_manager.parts import methods, types
from vaultmeter.console.pages.password_manager.uses import uses
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.views.pages import page_named

_FOLDER = "pages/password_manager"

PAGE = Page(
    "password-manager",
    "/password-manager",
    "Password manager",
    (
        one(Block("sentence", f"{_FOLDER}/sentence.html", sentence, "In one sentence", "line")),
        one(Block("tiles", f"{_FOLDER}/tiles.html", tiles, "Key numbers", "tiles")),
        Row(
            "halves",
            (
                Block(
                    "methods", f"{_FOLDER}/methods.html", methods, "Users by authentication type"
                ),
                Block("types", f"{_FOLDER}/types.html", types, "Stored passwords by type"),
            ),
        ),
        one(Block("adoption", f"{_FOLDER}/adoption.html", adoption, "Adoption by account")),
        one(Block("uses", f"{_FOLDER}/uses.html", uses, "How passwords were used")),
        one(UNSEEN),
        one(RULES),
    ),
    subtitle="Who uses the password manager, and how",
    ignores={"product": "This page is about the password manager alone."},
    exports=page_named("password-manager").reports,
)
