"""Makes the agent one file, to copy to a target that has only python3: `python -m conformance.agent.build [FILE]`."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import zipapp
from pathlib import Path

DEFAULT = "build/tcp-agent.pyz"

_AT_HOME = ("client.py", "exchange.py", "told.py", "tuning.py", "build.py")  # the tester's end
_START = "from conformance.agent.__main__ import main\n\nmain()\n"
_LONG_AGO = 315532800  # 1980, where ZIP begins: the same sources give the same file


def build(target: Path) -> None:
    """Write the agent to `target`, which can then be run by python3, 3.8 or newer, or as it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        package = stage / "conformance" / "agent"
        package.mkdir(parents=True)
        (stage / "__main__.py").write_text(_START)
        (package.parent / "__init__.py").touch()
        for module in sorted(Path(__file__).parent.glob("*.py")):
            if module.name not in _AT_HOME:
                shutil.copy(module, package)
        for path in (stage, *stage.rglob("*")):
            os.utime(path, (_LONG_AGO, _LONG_AGO))
        zipapp.create_archive(stage, target, interpreter="/usr/bin/env python3", compressed=True)


def main() -> None:
    """Build as the command line says."""
    parser = argparse.ArgumentParser(description="Makes the agent one file.")
    parser.add_argument("file", nargs="?", type=Path, default=Path(DEFAULT), help=f"default: {DEFAULT}")
    target: Path = parser.parse_args().file
    build(target)
    print(f"{target}: copy it to the target, and run it there with --bind ADDRESS --allow TESTER")


if __name__ == "__main__":
    main()
