"""Read a protocol-buffers message without its library: numbered fields, each a number or bytes.

The wire format is published; a message within a message is bytes, to be read in turn.
"""

import struct
from collections import defaultdict

Message = dict[int, list[int | bytes]]  # field number -> its values, in order


def read_message(data: bytes) -> Message:
    """Raises ValueError where the bytes are no message."""
    fields: Message = defaultdict(list)
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        field, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            fields[field].append(value)
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire} at byte {at}")
        if field == 0 or at + size > len(data):
            raise ValueError(f"field {field} at byte {at} runs beyond the end")
        fields[field].append(data[at : at + size])
        at += size
    return fields


def number(message: Message, field: int, default: int) -> int:
    """The last value of a field, signed."""
    value = message[field][-1] if field in message else default
    if not isinstance(value, int):
        raise ValueError(f"field {field} must be a number")
    return value - (1 << 64) if value >= 1 << 63 else value


def raw(message: Message, field: int, default: bytes = b"") -> bytes:
    value = message[field][-1] if field in message else default
    if not isinstance(value, bytes):
        raise ValueError(f"field {field} must be bytes")
    return value


def text(message: Message, field: int, default: str = "") -> str:
    return raw(message, field, default.encode()).decode("utf-8")  # a UnicodeError is a ValueError


def real(message: Message, field: int) -> float:
    """A float of four bytes, 0 if absent."""
    return float(struct.unpack("<f", raw(message, field, b"\0\0\0\0"))[0])


def messages(message: Message, field: int) -> list[Message]:
    """All messages of a repeated field."""
    found = message.get(field, [])
    if not all(isinstance(value, bytes) for value in found):
        raise ValueError(f"field {field} must hold messages")
    return [read_message(value) for value in found if isinstance(value, bytes)]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first -> the number and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("a number runs beyond the end")
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise ValueError(f"a number at byte {at} has no end")
