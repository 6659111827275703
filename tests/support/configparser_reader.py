"""Reads credentials files as the AWS CLI does: JSON texts on stdin, one reading or null for each on stdout."""
import configparser
import io
import json
import sys


def nested(value):
    return value.startswith("\n") and any(
        "=" not in line for line in value.splitlines() if line.strip()
    )


def read(text):
    # In UTF-8, and every kind of line end becomes one.
    file = io.TextIOWrapper(io.BytesIO(text.encode("latin1")), "utf-8", newline=None)
    parser = configparser.RawConfigParser()
    try:
        parser.read_file(file)
    except (configparser.Error, UnicodeDecodeError):
        return None
    # Each with its own keys; what every profile gets stands apart.
    reading = {"DEFAULT": dict(parser.defaults())}
    for name in parser.sections():
        reading[name] = dict(parser._sections[name])
    if any(nested(value) for keys in reading.values() for value in keys.values()):
        return None
    return reading


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
