"""Writes src/auth/generated/stringprep.ts: the tables of RFC 3454 that SASLprep needs, from Python's stringprep module.

Run: python3 packages/pg-wire/scripts/saslprep-tables.py > packages/pg-wire/src/auth/generated/stringprep.ts
"""

import stringprep

TABLES = [
    ("UNASSIGNED", "A.1, unassigned in Unicode 3.2", stringprep.in_table_a1),
    ("MAPPED_TO_NOTHING", "B.1, commonly mapped to nothing", stringprep.in_table_b1),
    ("NON_ASCII_SPACE", "C.1.2, non-ASCII space characters", stringprep.in_table_c12),
    (
        "PROHIBITED",
        "C.1.2, C.2.1, C.2.2 and C.3 to C.9, prohibited output (RFC 4013, 2.3)",
        lambda c: any(
            test(c)
            for test in (
                stringprep.in_table_c12,
                stringprep.in_table_c21,
                stringprep.in_table_c22,
                stringprep.in_table_c3,
                stringprep.in_table_c4,
                stringprep.in_table_c5,
                stringprep.in_table_c6,
                stringprep.in_table_c7,
                stringprep.in_table_c8,
                stringprep.in_table_c9,
            )
        ),
    ),
    ("RIGHT_TO_LEFT", "D.1, bidirectional category R or AL", stringprep.in_table_d1),
    ("LEFT_TO_RIGHT", "D.2, bidirectional category L", stringprep.in_table_d2),
]


def ranges(test):
    start = None
    for code in range(0x110000):
        if test(chr(code)):
            if start is None:
                start = code
        elif start is not None:
            yield start, code - 1
            start = None
    if start is not None:
        yield start, 0x10FFFF


print("// Written by scripts/saslprep-tables.py; not to be edited. Ranges `first-last` of code points, in hex.")
for name, remark, test in TABLES:
    text = " ".join(f"{a:x}-{b:x}" if a != b else f"{a:x}" for a, b in ranges(test))
    print(f"\n/** RFC 3454, {remark}. */")
    print(f"export const {name}: string =\n  '{text}'")
