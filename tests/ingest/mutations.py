"""Breaks good lines in every way a log has been seen broken, the same way for the same seed."""

import re
from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[bytes, Random], bytes]

_VALUE = re.compile(rb'(?<=":)("(?:[^"\\]|\\.)*"|-?[0-9.]+|true|false|null)')
_STRANGE_VALUES = (
    b"1e400",
    b"-1e-400",
    b"NaN",
    b"-Infinity",
    b"9" * 45,
    b"-" + b"7" * 45,
    b"3" * 5_000,
    b"9223372036854775808",
    b"1.5",
    b"-0",
    b"true",
    b"null",
    b"{}",
    b"[]",
    b'{"a":{"b":[1,2,{"c":null}]}}',
    b'[[],{},"x"]',
    b'""',
    b'" "',
    b'"{not json}"',
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"\\x41"',
    b"'single'",
    b'"2026-11-01T08:00:00"',
    b'"2026-02-30T08:00:00Z"',
    b'"+294247-01-10T04:00:54.775807Z"',
    b'"infinity"',
    b'"epoch"',
    b"0x1F",
    b"01",
    b"+1",
    b".5",
)
_STRANGE_BYTES = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80")
_DEPTHS = (10, 63, 64, 65, 1_000, 5_000, 100_000, 1_000_000)


def mutants(good: Sequence[bytes], count: int, random: Random) -> list[bytes]:
    """Make that many broken lines, without newlines, each from one or two good ones."""
    common = [
        *(flip_bits, cut, splice, strange_bytes, raw_control, byte_order_mark, strange_value),
        *(strange_value, strange_value, repeated_key, carriage_return, twice, without_some),
        *(some_repeated, other_case, quotes, spaces),
    ]
    made = [mutated(random.choice(common), good, random) for _ in range(count - 24)]
    made += [nested(random.choice(good), depth) for depth in _DEPTHS for _ in range(2)]
    made += [enlarged(random.choice(good), size, random) for size in (1, 2, 4, 8) for _ in range(2)]
    random.shuffle(made)
    return made


def mutated(mutation: Mutation, good: Sequence[bytes], random: Random) -> bytes:
    """Break one good line; `splice` takes a second one."""
    line = random.choice(good)
    if mutation is splice:
        line += b"\n" + random.choice(good)
    return mutation(line, random).replace(b"\n", b" ")


def flip_bits(line: bytes, random: Random) -> bytes:
    """Turn up to three bits."""
    broken = bytearray(line)
    for _ in range(random.randint(1, 3)):
        broken[random.randrange(len(broken))] ^= 1 << random.randrange(8)
    return bytes(broken)


def cut(line: bytes, random: Random) -> bytes:
    """Take the beginning, or the end."""
    place = random.randrange(len(line))
    return line[:place] if random.random() < 0.7 else line[place:]


def splice(line: bytes, random: Random) -> bytes:
    """Take the beginning of one line and the end of another, as two writers make it."""
    one, _, two = line.partition(b"\n")
    return one[: random.randrange(len(one))] + two[random.randrange(len(two)) :]


def strange_bytes(line: bytes, random: Random) -> bytes:
    """Put in bytes that are no UTF-8."""
    place = random.randrange(len(line))
    return line[:place] + random.choice(_STRANGE_BYTES) + line[place:]


def raw_control(line: bytes, random: Random) -> bytes:
    """Put in a NUL or another control character."""
    place = random.randrange(len(line))
    control = random.choice((b"\0", b"\x01", b"\x1b[31m", b"\t", b"\x7f"))
    return line[:place] + control + line[place:]


def byte_order_mark(line: bytes, random: Random) -> bytes:
    """Put a byte order mark in front, or somewhere inside."""
    place = random.choice((0, random.randrange(len(line))))
    return line[:place] + b"\xef\xbb\xbf" + line[place:]


def strange_value(line: bytes, random: Random) -> bytes:
    """Put a value in the place of another: numbers no type holds, structures, half characters."""
    values = list(_VALUE.finditer(line))
    if not values:
        return random.choice(_STRANGE_VALUES).strip(b'"')
    value = random.choice(values)
    return line[: value.start()] + random.choice(_STRANGE_VALUES) + line[value.end() :]


def repeated_key(line: bytes, random: Random) -> bytes:
    """Give a key twice with two values."""
    values = list(_VALUE.finditer(line))
    if not values:
        return line + b"," + line
    value = random.choice(values)
    start = line.rfind(b'"', 0, value.start() - 2)
    pair = line[start : value.end()]
    other = line[start : value.start()] + random.choice(_STRANGE_VALUES)
    return line[:start] + pair + b"," + other + line[value.end() :]


def carriage_return(line: bytes, random: Random) -> bytes:
    """End the line as Windows does, or with several of them."""
    return line + b"\r" * random.randint(1, 3)


def twice(line: bytes, random: Random) -> bytes:
    """Put two records on one line."""
    return line + random.choice((b"", b" ", b",", b"\r")) + line


def without_some(line: bytes, random: Random) -> bytes:
    """Leave some bytes out."""
    place = random.randrange(len(line))
    return line[:place] + line[place + random.randint(1, 40) :]


def some_repeated(line: bytes, random: Random) -> bytes:
    """Repeat some bytes."""
    place = random.randrange(len(line))
    return line[: place + random.randint(1, 40)] + line[place:]


def other_case(line: bytes, random: Random) -> bytes:
    """Write all in capitals, or swap the case."""
    return line.upper() if random.random() < 0.5 else line.swapcase()


def quotes(line: bytes, random: Random) -> bytes:
    """Add or remove a quote, a comma or a backslash."""
    place = random.randrange(len(line))
    if random.random() < 0.5:
        return line.replace(random.choice((b'"', b",", b":")), b"", 1)
    return line[:place] + random.choice((b'"', b'""', b",", b"\\", b"'")) + line[place:]


def spaces(line: bytes, random: Random) -> bytes:
    """Put spaces around, or leave nothing else."""
    return random.choice((b" " + line + b"  ", b"\t" + line, b"", b"\r", b" ", b"\x0b", b"\xa0"))


def nested(line: bytes, depth: int) -> bytes:
    """Hang a deep structure into the line."""
    place = line.rfind(b"}")
    deep = b"[" * depth + b"]" * depth
    return line[:place] + b',"deep":' + deep + line[place:] if place > 0 else line + b"," + deep


def enlarged(line: bytes, mebibytes: int, random: Random) -> bytes:
    """Make the line several MiB long, with a text or with spaces."""
    place = line.rfind(b"}")
    size = mebibytes << 20
    if place < 0 or random.random() < 0.5:
        return line + b" " * size
    return line[:place] + b',"large":"' + b"x" * size + b'"' + line[place:]
