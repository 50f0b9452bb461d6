"""E-mail, through the mail server of the settings."""

from vaultmeter.forwarders import Ending, Envelope, Kind, Means, Outcome, Setting, Values
from vaultmeter.forwarders._addresses import addresses_of, outside
from vaultmeter.forwarders._letter import letter
from vaultmeter.forwarders._mail import sent
from vaultmeter.model.errors import Invalid


def deliver(envelope: Envelope, values: Values, means: Means) -> Outcome:
    """Send a message to the addresses that have not taken it yet."""
    server = means.mail
    if server is None:
        return Outcome(Ending.FAILED, "No mail server is set: smtp_url.", is_down=True)
    try:
        everybody = addresses_of(values["to"])
    except Invalid as error:
        return Outcome(Ending.REFUSED, error.message)
    if wrong := outside(everybody, server.domains):
        detail = f"{wrong[0]} may not be written to (mail_domains)."
        return Outcome(Ending.REFUSED, detail)
    to = [each for each in everybody if each not in envelope.done]
    if not to:
        return Outcome(Ending.DELIVERED, "All addresses have it.")
    try:
        made = letter(
            envelope,
            server.sender,
            everybody,
            values["override_url"],
            with_error=values["include_error"] == "true",
        )
    except OSError:
        return Outcome(Ending.REFUSED, "A file of the message is gone.")
    return sent(server, made, to)


def check(values: Values) -> None:
    """Raise `Invalid` for what is no address."""
    addresses_of(values["to"])
    url = values["override_url"]
    if url and not (url.startswith(("https://", "http://")) and url.isprintable()):
        raise Invalid(f"{url[:200]!r} is no address of a page.", "Write https://HOST/PATH.")


FORWARDER = Kind(
    title="E-mail",
    settings=(
        Setting("to", "Give the addresses, with commas between them.", required=True),
        Setting("override_url", "Where the link in the mail leads, in place of the console."),
        Setting(
            "include_error",
            "Whether errors are told in full.",
            choices=("false", "true"),
            default="false",
        ),
    ),
    deliver=deliver,
    check=check,
    endpoint="to",
)
