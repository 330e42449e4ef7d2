"""The command line: ``python -m bdsg run | score | rivals | fit | tune | images | demo | presets``.

Bad input ends with exit code 2 and one sentence on stderr; Ctrl-C with 130; a closed pipe in silence.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from typing import NoReturn

from bdsg.cli import demo, detect, images, presets, rivals, run, score, tune
from bdsg.errors import BDSGError, remedy_of

BAD_INPUT, INTERRUPTED, PIPE_CLOSED = 2, 130, 141


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{message[:1].upper()}{message[1:]}: see `python -m bdsg --help`.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may lack Greek letters
    try:
        return _dispatch(arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the flush at exit has somewhere to go
        return PIPE_CLOSED
    except BDSGError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        what = "The output cannot be written" if error.filename is None else f"{error.filename} cannot be used"
        print(f"{what} ({error.strerror or error}): {remedy_of(error)}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except KeyboardInterrupt:
        print("Interrupted: nothing was written.", file=sys.stderr)
        return INTERRUPTED
    return BAD_INPUT


def _dispatch(arguments: list[str] | None) -> int:
    try:
        chosen = _parser().parse_args(arguments)
        code: int = chosen.command(chosen)
        return code
    finally:
        if sys.stdout:
            sys.stdout.flush()  # here, where a closed pipe is expected


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m bdsg", description="Train and use a generator of the boundary of a distribution.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (run, score, rivals, presets, detect, tune, images, demo):
        command.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
