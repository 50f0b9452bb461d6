"""Commands on the folder, beside its running server, and at a URL: the answers are the same."""

import gzip
import shutil
from importlib import import_module
from pathlib import Path

import pytest
from tests.cli.conftest import Answer, Ask
from tests.cli.ways import WAYS, Way, way_to
from tests.conftest import event, ndjson

from vaultmeter.cli._asking import Question
from vaultmeter.plugins import names_in

STEPS = (
    # What is there
    "accounts list",
    "accounts list --json",
    "reports",
    "reports --json",
    "report users --range all",
    "report users --range all --format json",
    "report items --range all --format csv --limit 7 --offset 3 --sort -reads",
    "report activity --from 2026-03-01 --to 2026-03-31 --per day --format json",
    "report user --range all --user *",
    "report overview --range all --by account",
    "report users --range all --sql",
    "report password-manager --range all --layout akeyless",
    "get-analytics-data --range all",
    "get-analytics-data --range all --account acme --jq-expression .usage_reports",
    "explain overview --cell secrets_read --range all --size 5",
    "explain overview --cell unique_users --range all --size 5 --page 2 --json",
    "explain overview --cell secrets_read --range all --sql",
    "explain clients --cell total --range all --row product=sm --json",
    "ledger",
    "ledger --json",
    # Records
    "ingest events {folder}/small.log --source small",
    "ingest events {folder}/small.log --source small --json",
    "ingest events {folder}/pa*.log.gz --source packed --account acme/packed --json",
    "ingest events {folder}/grown.log --source grown",
    "ingest events - --source piped --account acme",
    "rejects",
    "rejects --json --source small",
    "rejects --raw --reason not_json",
    "rejects replay --reason not_json",
    "rejects replay --json",
    "rebuild --json",
    "rebuild",
    "ledger",
    "report coverage --range all --format json",
    # What is decided
    "limits list",
    "limits set sm 500",
    "limits set pm 40 --account nobody --from 2026-11 --json",
    "limits list --json",
    "limits remove pm --account nobody",
    "limits list",
    "definitions show",
    "definitions preview --preset lastpass --range all --limit 5",
    "definitions preview --window 3 --range all --limit 5 --offset 5 --json",
    "definitions set --preset github",
    "definitions set --preset github --json",
    "definitions show --history",
    "definitions show --json",
    "accounts group eu acme/europe nobody/*",
    "accounts list --json",
    "report overview --range all --account @eu",
    "report clients --range all --by group --format json",
    "accounts ungroup eu --json",
    "retention set sm 1",
    "retention set pm forever --json",
    "retention show --json",
    "retention apply --dry-run --json",
    "retention apply --json",
    "retention apply",
    "report users --range all --format json",
    "ledger --json",
    # What calls for attention
    "rules list",
    "rules types --json",
    "rules preview --type usage-report --set level=80 --json",
    "rules add Ours --set report=users --set column=requests --set value=5 --disabled",
    "rules add Law --type inactive-people --set share=30 --account acme --disabled --json",
    "rules show Ours",
    "rules show Ours --json",
    "rules preview Ours",
    "rules preview Ours --json",
    "rules change Law --set share=null --set count=5 --enabled false --json",
    "rules change Law --name Lawyers",
    "rules remove Ours",
    "rules remove Lawyers --json",
    "notices list --state acknowledged",
    "notices list --type rule --account acme --since 2026-01-01 --json",
    # What leaves by itself
    "schedules list",
    "schedules next --every yearly --on 07-15 --at 7:30 --tz Europe/Berlin",
    "schedules next --every yearly --json",
    "schedules add Summer --report users --range last-month --every yearly --on 07-15",
    "schedules add Law --report items --account acme --every yearly --catch-up none --json",
    "schedules show Summer",
    "schedules list --json",
    "schedules change Law --name Lawyers --no-recipients --at 9:00",
    "schedules pause Summer",
    "schedules resume Summer --json",
    "schedules runs Summer",
    "schedules runs Summer --json",
    "schedules remove Summer",
    "schedules remove Lawyers --json",
    # Where it goes
    "forwarders list",
    "forwarders kinds",
    "forwarders kinds --json",
    "forwarders add ops --kind webhook --set url=https://hooks.example.org/ --type schedule-failed",
    "forwarders add mail --kind email --set to=ada@acme.com --every 4 --account acme --json",
    "forwarders show ops",
    "forwarders show mail --json",
    "forwarders change mail --type all --account * --disable",
    "forwarders change ops --new-secret --per-minute 5",
    "forwarders change ops --new-secret --json",
    "forwarders list",
    "forwarders list --json",
    "forwarders test mail",
    "deliveries list",
    "deliveries list --state dead --forwarder ops --json",
    "forwarders remove mail",
    "forwarders remove ops --json",
    "event-forwarder create webhook --name siem --endpoint https://hooks.example.org/",
    "event-forwarder create email --name m --email-to a@x.org --runner-type periodic --every 4",
    "event-forwarder update webhook --name siem --enable false --event-types rejects --json",
    "event-forwarder get --name siem",
    "event-forwarder delete --name siem",
    "event-forwarder delete --name m --json",
    # Sources
    "sources add pushed --connector events --account acme/pushed",
    "sources add followed --connector openbao --file {folder}/no.log --json",
    "sources list",
    "sources list --json",
    "sources key pushed",
    "sources remove pushed --json",
    "sources remove followed",
    "sources list --json",
    # Files and views
    "views list",
    "views list --json",
    "exports list",
    "views show v1",
    "exports show 7",
    "exports remove 7",
    "export --report nothing",
    "export --view nothing",
    # What is wrong
    "report nothing",
    "report users --range last-weak",
    "report users --sort nothing",
    "report users --account @nobody",
    "report users --limit 0",
    "report user --range all",
    "report items --who nobody",
    "get-analytics-data --tz Berlin",
    "explain users --cell nothing --range all",
    "explain users --cell requests --row user --range all",
    "explain overview --cell secrets_read --size 0",
    "rejects --source nobody",
    "rejects replay --source nobody",
    "sources show nobody",
    "sources key nobody",
    "sources remove piped",
    "sources add Big --connector events",
    "sources add x --connector nothing",
    "sources add small --connector openbao",
    "limits set sn 5",
    "limits set sm 99999999999",
    "limits set sm 5 --from 2026-13",
    "limits set sm none",
    "limits remove pm",
    "definitions set --preset nothing",
    "definitions set --minimum 0",
    "definitions set --window 0",
    "definitions set --intent none",
    "definitions preview --kind nothing",
    "definitions preview --who nobody",
    "accounts group !! acme",
    "accounts group eu /",
    "accounts ungroup nobody",
    "rules show nothing",
    "rules show 999",
    "rules add x --type nothing",
    "rules add x --set report=users --set column=nothing --set value=1",
    "rules add x --set value",
    "rules change 1",
    "rules change 1 --enabled maybe",
    "rules remove 1",
    "rules preview",
    "schedules show nobody",
    "schedules add x --every daily",
    "schedules add x --report nothing --every daily",
    "schedules add x --report users",
    "schedules add x --report users --every dayly",
    "schedules add x --report users --every daily --forwarder nobody",
    "schedules add x --view 99 --every daily",
    "schedules test nobody",
    "schedules run nobody",
    "schedules next --every monthly --on 32",
    "forwarders show nothing",
    "forwarders add x --kind nothing",
    "forwarders add x --kind email",
    "forwarders add x --kind slack --set url",
    "forwarders add x --kind slack --set url=@{folder}/no.url",
    "forwarders change nothing --disable",
    "forwarders change x",
    "forwarders test nothing",
    "forwarders remove nothing",
    "event-forwarder create pigeon --name x",
    "event-forwarder create webhook --name x",
    "event-forwarder update slack --name nothing",
    "event-forwarder get --name nothing",
    "event-forwarder delete --name nothing",
    "deliveries show 999",
    "deliveries send-again 999",
    "deliveries cancel 999",
    "deliveries list --state open",
    "notices show 999",
    "notices acknowledge 999",
    "notices list --state closed",
    "notices list --since soon",
    "retention set sm 0",
    "retention set sn 5",
    "ingest events {folder}/no.log --source small",
    "ingest nothing {folder}/small.log",
    "ingest events {folder}/small.log --source small --account other",
    "ingest events {folder}/broken.log.gz --source broken",
    "inventory nobody",
)


def walked(way: Way, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Answer]:
    """Take all steps, one after the other; answers what each printed."""
    found = {}
    for number, step in enumerate(STEPS):
        words = [word.format(folder=folder) for word in step.split()]
        with (folder / "piped.log").open(encoding="utf-8") as piped:
            monkeypatch.setattr("sys.stdin", piped)
            found[f"{number} {step}"] = way(*words)
    return found


def written(folder: Path) -> None:
    """Write the files that are taken in."""
    folder.mkdir()
    small = ndjson(event(1)) + b"nonsense\n\xff\xfe\n" + ndjson(event(2))
    (folder / "small.log").write_bytes(small)
    (folder / "packed.log.gz").write_bytes(gzip.compress(ndjson(event(3), event(4)), mtime=0))
    (folder / "broken.log.gz").write_bytes(gzip.compress(ndjson(event(5)), mtime=0)[:-9])
    (folder / "piped.log").write_bytes(ndjson(event(90), event(91)))
    (folder / "grown.log").write_bytes(ndjson(event(6)) + b'{"id": "half')


def test_every_answer_is_the_same(
    ask: Ask, simulated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes, words and numbers, and errors with their hints, are the same whoever answers."""
    written(tmp_path / "logs")
    found = {}
    for name in WAYS:
        data = tmp_path / name / "data"
        shutil.copytree(simulated, data)
        logs = tmp_path / "logs"
        with way_to(name, ask, data, follow_folders=str(logs)) as way:
            found[name] = walked(way, logs, monkeypatch)
    for name in WAYS[1:]:
        told = [
            f"{name}: {step}\n{expected}\n{found[name][step]}\n"
            for step, expected in found["folder"].items()
            if found[name][step] != expected
        ]
        assert not told, "\n".join(told)
    assert sum(answer.code == 0 for answer in found["folder"].values()) > len(STEPS) / 2


@pytest.mark.parametrize("name", names_in("vaultmeter.cli"))
def test_every_question_has_somebody_who_answers(name: str) -> None:
    """What a command asks a server by its address is a function on a folder, too."""
    module = import_module(f"vaultmeter.cli.{name}")
    for question in vars(module).values():
        if isinstance(question, Question):
            assert callable(question.function())
