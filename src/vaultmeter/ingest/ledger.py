"""Counts the lines of a batch into the ledger, in the transaction that stores them."""

from vaultmeter.ingest.work import Work


def count(work: Work) -> None:
    """Write what became of the batch's lines, by source and day of receipt in UTC."""
    for bucket, lines in work.outcome.buckets().items():
        if lines:
            work.run(
                "insert into ledger values ($source, cast($received as date), $bucket, $lines)",
                bucket=bucket,
                lines=lines,
            )
    work.outcome.unknown_kinds = work.number("select count(*) from chosen where kind = 'other'")
    if not work.outcome.unknown_kinds:
        return
    work.run("""
        insert into unknown_kind
        select
            $source,
            source_event,
            count(*)
        from chosen
        where kind = 'other'
        group by all
    """)
