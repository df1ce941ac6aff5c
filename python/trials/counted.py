#!/usr/bin/env python3
"""Which suites of a test report (xUnit) ran how many tests, and which were skipped, and why.

Usage: counted.py REPORT WHO
"""

import collections
import sys
import xml.etree.ElementTree


def main():
    ran, skipped = collections.Counter(), collections.Counter()
    for case in xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"):
        suite, reason = case.get("classname").partition(".")[2].strip("`"), case.find("skipped")
        if reason is None:
            ran[suite] += 1
        else:
            skipped[suite, reason.text] += 1
    print(f"Engines as {sys.argv[2]}: {sum(ran.values())} tests passed: " + ", ".join(f"{suite} {count}" for suite, count in sorted(ran.items())))
    for (suite, reason), count in sorted(skipped.items()):
        print(f"Engines as {sys.argv[2]}: {count} skipped of {suite}: {reason}")
    sys.exit(0 if ran else 1)


if __name__ == "__main__":
    main()
