"""Errors of input, told in one line."""
import argparse
import sys
from typing import NoReturn


class InputError(Exception):
    """Something that the user gave cannot be used."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        fail(self.prog, message)


def fail(program: str, message: str) -> NoReturn:
    print(f'{program}: {message}', file=sys.stderr)
    sys.exit(2)
