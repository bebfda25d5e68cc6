#!/usr/bin/env python3
"""Bring the front-end files we carry from their packages, and write down what they are.

Usage: python scripts/vendor.py          bring the versions named below
       python scripts/vendor.py --check  only compare what is carried with static/vendor/VENDOR.json

It asks `npm pack` for each package, so where packages come from is npm's own setting.
Nothing here is needed to run or install Advocacy: the files are carried in static/.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
RECORD = STATIC / "vendor" / "VENDOR.json"

# package -> version, and (file in the package -> file in static/)
PACKAGES: dict[str, tuple[str, dict[str, str]]] = {
    "lucide-static": ("1.62.0", {"LICENSE": "vendor/lucide-LICENSE.txt"}),
    "@fontsource-variable/fraunces": (
        "5.3.0",
        {
            "files/fraunces-latin-full-normal.woff2": "fonts/fraunces-latin.woff2",
            "files/fraunces-latin-ext-full-normal.woff2": "fonts/fraunces-latin-ext.woff2",
            "files/fraunces-latin-full-italic.woff2": "fonts/fraunces-latin-italic.woff2",
            "LICENSE": "fonts/fraunces-OFL.txt",
        },
    ),
    "@fontsource-variable/inter": (
        "5.3.0",
        {
            "files/inter-latin-wght-normal.woff2": "fonts/inter-latin.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "fonts/inter-latin-ext.woff2",
            "files/inter-cyrillic-wght-normal.woff2": "fonts/inter-cyrillic.woff2",
            "files/inter-greek-wght-normal.woff2": "fonts/inter-greek.woff2",
            "LICENSE": "fonts/inter-OFL.txt",
        },
    ),
}

# The icons in the sprite, and only these. A page asks for one by its Lucide name.
ICONS = """
archive arrow-left arrow-right arrow-up-right at-sign award badge-check bell braces briefcase
calendar calendar-heart camera check chevron-down chevron-left chevron-right chevron-up
circle-alert circle-check circle-user-round clock cloud-off copy database download ellipsis
external-link eye eye-off file-spreadsheet file-text flag gift globe graduation-cap handshake heart
heart-handshake history hourglass house house-heart image info key-round languages library lightbulb
link list loader-circle lock log-in log-out mail map-pin megaphone menu merge message-circle
messages-square mic pen-line pencil phone plug plus qr-code refresh-cw reply rotate-ccw search send
server settings shield shield-check sliders-horizontal sprout star sun ticket trash-2 triangle-alert
trophy undo-2 upload user user-plus users users-round volume-2 waypoints x
""".split()


def fetch(package: str, version: str, into: Path) -> Path:
    """Pack one package into a folder and unpack it there."""
    asked = ["npm", "pack", f"{package}@{version}", "--json", "--pack-destination", str(into)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603
    name = json.loads(told.stdout)[0]["filename"].removeprefix("@").replace("/", "-")
    target = into / name.removesuffix(".tgz")
    with tarfile.open(into / name) as packed:
        packed.extractall(target, filter="data")
    return target / "package"


def sprite(icons: Path) -> str:
    """One SVG with a symbol for each icon; size, stroke and colour come from the page."""
    symbols = []
    for name in sorted(ICONS):
        source = (icons / f"{name}.svg").read_text(encoding="utf-8")
        drawn = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
        if drawn is None:
            raise ValueError(f"no drawing in {name}.svg")
        body = " ".join(drawn.group(1).split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    lines = "\n".join(symbols)
    note = "<!-- Lucide, ISC licence: see vendor/lucide-LICENSE.txt -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{note}\n{lines}\n</svg>\n'


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def bring() -> None:
    record = []
    with tempfile.TemporaryDirectory() as folder:
        for package, (version, wanted) in PACKAGES.items():
            unpacked = fetch(package, version, Path(folder))
            told = json.loads((unpacked / "package.json").read_text(encoding="utf-8"))
            written = []
            for source, target in wanted.items():
                path = STATIC / target
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes((unpacked / source).read_bytes())
                written.append(path)
            if package == "lucide-static":
                path = STATIC / "icons.svg"
                path.write_text(sprite(unpacked / "icons"), encoding="utf-8")
                written.append(path)
            files = {str(path.relative_to(STATIC)): digest(path) for path in written}
            record.append(
                {
                    "name": package,
                    "version": told["version"],
                    "licence": told["license"],
                    "files": dict(sorted(files.items())),
                }
            )
    RECORD.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def differing() -> list[str]:
    """The carried files that are missing or are not the ones written down."""
    found = []
    for package in json.loads(RECORD.read_text(encoding="utf-8")):
        for name, told in package["files"].items():
            path = STATIC / name
            if not path.exists() or digest(path) != told:
                found.append(name)
    return found


def main() -> int:
    if "--check" not in sys.argv[1:]:
        bring()
    wrong = differing()
    for name in wrong:
        print(f"not as written down: static/{name}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
