"""Makes a large OpenBao audit log from the sample: fresh ids, one day for each copy."""

import gzip
import re
from datetime import date, timedelta
from pathlib import Path

_SAMPLE = Path(__file__).parent.parent / "src/vaultmeter/demo/sample/audit.log.gz"
_TIME = re.compile(rb'^\{"time":"\d{4}-\d\d-\d\dT', re.MULTILINE)
_ID = re.compile(rb'"request":\{"id":"([0-9a-f]{8})-')


def write_log(path: Path, size: int) -> int:
    """Write whole copies of the sample until `size` bytes are reached; answers how many lines."""
    sample = gzip.decompress(_SAMPLE.read_bytes())
    lines = copy = 0
    with path.open("wb") as file:
        while file.tell() < size:
            file.write(_copied(sample, copy))
            lines += sample.count(b"\n")
            copy += 1
    return lines


def _copied(sample: bytes, copy: int) -> bytes:
    day = (date(2026, 1, 1) + timedelta(days=copy)).isoformat().encode()
    shifted = _TIME.sub(b'{"time":"' + day + b"T", sample)
    return _ID.sub(
        lambda found: (
            b'"request":{"id":"%08x-' % (int(found[1], 16) ^ (copy * 0x9E3779B1 & 0xFFFFFFFF))
        ),
        shifted,
    )
