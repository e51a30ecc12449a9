"""Spoilt copies of files: bytes changed, cut out, doubled and cut off."""

import random

SIZES = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\x00\x00\x1f\x40", b"\x40\x1f\x00\x00")


def mutant(chance: random.Random, data: bytes) -> bytes:
    """Return a copy of the file with one to four faults, most of them in its first two hundred bytes."""
    file = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        reach = len(file) if chance.random() < 0.4 else min(len(file), 200)
        at = chance.randrange(max(reach, 1))
        fault = chance.random()
        if fault < 0.5:
            file[at : at + 1] = bytes([chance.randrange(256)])
        elif fault < 0.65:
            size = chance.choice(SIZES)
            file[at : at + len(size)] = size
        elif fault < 0.75:
            del file[at : at + chance.randint(1, 40)]
        elif fault < 0.85:
            file[at:at] = file[at : at + chance.randint(1, 400)]
        elif fault < 0.93:
            file[at:at] = chance.randbytes(chance.randint(1, 20))
        else:
            del file[chance.randrange(max(len(file), 1)) :]
    return bytes(file)
