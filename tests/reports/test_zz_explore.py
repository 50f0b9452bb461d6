from tests.reports.conftest import *
from tests.reports.test_second_count import *
def diff(organisation, period, **asked):
    ends = {event.source: event.time for event in organisation.world.events}
    accounts = asked.pop("accounts", None)
    patterns = asked.pop("patterns", {})
    world = organisation.world if accounts is None else organisation.world.seen_by(accounts)
    for name in asked.pop("reports", report_names()):
        report = report_named(name)
        own = patterns if "user" in patterns or "user" not in report.needs else patterns | EVERYBODY
        ask = Ask(Viewer("viewer", accounts), period, Filters.of(own), limit=10**6, **asked)
        plain = Plain(world, period.start, period.end, period.zone, own, ends=ends, **asked_of(asked, period))
        table = answer(organisation.app.store, report, ask)
        a = same(name, table.rows, []); b = same(name, REPORTS[name](plain), [])
        if a != b:
            print('=====', name, period.text(), accounts, own, asked, len(a), len(b))
            k=0
            sa=[x for x in a if x not in b]; sb=[x for x in b if x not in a]
            for x in sa[:6]: print('   sql  ', [str(y) for y in x])
            for x in sb[:6]: print('   plain', [str(y) for y in x])
def test_it(organisation):
    diff(organisation, YEAR, who='everyone')
    for zone in ("Asia/Kolkata","Asia/Kathmandu","America/St_Johns","Europe/Berlin","America/New_York","Australia/Lord_Howe","Africa/Cairo"):
        for per in ("hour","day","week","month"):
            diff(organisation, span("2025-10-20","2025-11-05",zone), who='machines', per=per, compare='previous')
            diff(organisation, span("2026-03-01T10:07","2026-05-05T09:30",zone), who='people', per=per, compare='year')
