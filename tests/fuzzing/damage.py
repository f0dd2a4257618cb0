"""Damage to the bytes of a file: flipped bits, numbers that overflow, pieces cut out, doubled, moved or lost."""

NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1, 2**63, 2**64 - 1]
TEXTS = [b"\n", b"\t", b"\0", b"{", b"[", b": ", b"&a ", b"*a ", b"<<: ", b"!!int ", b"010", b"1e999", b"- ", b"---\n"]


def damaged(content, rng):
    """Return other bytes: one to four pieces of damage.

    Parameters
    ----------
    content : bytes
    rng : random.Random
    """
    changed = content
    while changed == content:
        changed = bytearray(content)
        for _ in range(rng.choice([1, 1, 2, 4])):
            rng.choice(KINDS)(changed, rng)
        changed = bytes(changed)
    return changed


def _place(content, rng):
    """Mostly anywhere; often near the beginning, where headers are."""
    if not content:
        return 0
    return rng.randrange(len(content) if rng.random() < 0.6 else min(len(content), 512))


def _flip(content, rng):
    if content:
        content[_place(content, rng)] ^= 1 << rng.randrange(8)


def _set(content, rng):
    if content:
        content[_place(content, rng)] = rng.randrange(256)


def _number(content, rng):
    start, size = _place(content, rng), rng.choice([1, 2, 4, 8])
    number = rng.choice(NUMBERS) % 256**size
    content[start : start + size] = number.to_bytes(size, rng.choice(["little", "big"]))


def _text(content, rng):
    start = _place(content, rng)
    content[start:start] = rng.choice(TEXTS)


def _cut(content, rng):
    start = _place(content, rng)
    del content[start : start + rng.choice([1, 8, 100, 5000])]


def _double(content, rng):
    start, to, size = _place(content, rng), _place(content, rng), rng.choice([1, 8, 100, 5000])
    content[to:to] = content[start : start + size]


def _move(content, rng):
    start, to, size = _place(content, rng), _place(content, rng), rng.choice([4, 8, 64, 512])
    piece = content[start : start + size]
    content[to : to + len(piece)] = piece


def _blank(content, rng):
    start = _place(content, rng)
    stop = min(len(content), start + rng.choice([2, 16, 512]))
    content[start:stop] = bytes([rng.choice([0, 255])]) * (stop - start)


def _truncate(content, rng):
    del content[_place(content, rng) :]


KINDS = [_flip, _set, _number, _text, _cut, _double, _move, _blank, _truncate]
