"""What every program here shares: options from the command line, JSON lines in and out."""

import argparse
import json
import sys


def options(*names):
    """--bootstrap, then the named ones; --config key=value, any number, goes to the client."""
    parser = argparse.ArgumentParser()
    for name in ("bootstrap", *names):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--config", action="append", default=[])
    return parser.parse_args()


def config(args, **defaults):
    """Settings of a confluent-kafka client: the defaults, overridden by --config."""
    given = dict(pair.split("=", 1) for pair in args.config)
    named = {key.replace("_", "."): value for key, value in defaults.items()}
    return {"bootstrap.servers": args.bootstrap, **named, **given}


def lines_in():
    for line in sys.stdin:
        yield json.loads(line)


def say(what):
    print(json.dumps(what), flush=True)
