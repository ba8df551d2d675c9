"""Values of the simulated OPC server's items, by type and by how they move."""
# SPDX-License-Identifier: Apache-2.0
import datetime
import decimal
import random
import struct

WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")


def time_text(seconds):
    """A time as the gateway writes it: milliseconds, and no fraction at all when there are none."""
    return str(datetime.datetime.fromtimestamp(round(seconds, 3), datetime.timezone.utc))


def _real4(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def _whole(low, high):
    return lambda x: low + int(x * (high - low))


# leaf: (VARIANT type, value for a height from 0 to 1)
TYPES = {
    "ArrayOfReal8": ("VT_ARRAY | VT_R8", lambda x: (x * 10, x * 100, x * 1000)),
    "ArrayOfString": ("VT_ARRAY | VT_BSTR", lambda x: (WORDS[int(x * 7)], WORDS[7 - int(x * 7)])),
    "Boolean": ("VT_BOOL", lambda x: x >= 0.5),
    "Int1": ("VT_I1", _whole(-128, 127)),
    "Int2": ("VT_I2", _whole(-2**15, 2**15 - 1)),
    "Int4": ("VT_I4", _whole(-2**31, 2**31 - 1)),
    "Money": ("VT_CY", lambda x: decimal.Decimal(f"{x * 1000:.4f}")),
    "Real4": ("VT_R4", lambda x: _real4(x * 1000)),
    "Real8": ("VT_R8", lambda x: x * 1000),
    "String": ("VT_BSTR", lambda x: WORDS[int(x * 7)]),
    "Time": ("VT_DATE", lambda x: time_text(1577934245 + int(x * 86400000) / 1000)),
    "UInt1": ("VT_UI1", _whole(0, 2**8 - 1)),
    "UInt2": ("VT_UI2", _whole(0, 2**16 - 1)),
    "UInt4": ("VT_UI4", _whole(0, 2**32 - 1)),
}
NUMBERS = ("Int1", "Int2", "Int4", "Money", "Real4", "Real8", "UInt1", "UInt2", "UInt4")
QUALITY_WORDS = (0xC0, 0xD8, 0x40, 0x44, 0x50, 0x54, 0x58, 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x20)

_dice = random.Random(1)  # the same values in every run


def random_height(_now):
    return _dice.random()


def saw_tooth(now):
    return now % 10 / 10


def square(now):
    return float(now % 10 >= 5)


def triangle(now):
    return 1 - abs(now % 10 / 5 - 1)


def random_quality_word(_now):
    return _dice.choice(QUALITY_WORDS)


def quality_text(word):
    """All that the gateway leaves of a quality word."""
    return ("Bad", "Uncertain", "Unknown", "Good")[word >> 6 & 3]


def odd_values():
    """What a client rarely meets and must survive: name → (VARIANT type, value)."""
    return {
        "BigInteger": ("VT_DECIMAL", 2**100),
        "Bytes": ("VT_ARRAY | VT_UI1", bytes(range(0, 256, 17))),
        "Decimal": ("VT_DECIMAL", decimal.Decimal("-79228162514264337593543950335.5")),
        "Emoji": ("VT_BSTR", "\U0001F3ED"),
        "Empty": ("VT_ARRAY | VT_R8", ()),
        "EmptyText": ("VT_BSTR", ""),
        "Infinity": ("VT_R8", float("inf")),
        "Int8Min": ("VT_I8", -2**63),
        "LongText": ("VT_BSTR", "x" * 10000),
        "Matrix": ("VT_ARRAY | VT_I4", ((1, 2, 3), (4, 5, 6))),
        "MinusInfinity": ("VT_R8", float("-inf")),
        "NaN": ("VT_R8", float("nan")),
        "NegativeZero": ("VT_R8", -0.0),
        "Newlines": ("VT_BSTR", "line 1\nline 2\r\n\ttab \\ back"),
        "NonAscii": ("VT_BSTR", "Größe 温度 °C"),
        "Null": ("VT_NULL", None),
        "NulCharacter": ("VT_BSTR", "a\0b\x1b"),
        "One": ("VT_ARRAY | VT_I4", (9,)),
        "Quotes": ("VT_BSTR", "it's \"quoted\""),
        "Smallest": ("VT_R8", 5e-324),
        "UInt8Max": ("VT_UI8", 2**64 - 1),
    }
