"""m2c2-sim-opcda: an OpenOPC gateway in front of a simulated OPC DA server, to try things on."""
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import signal
import sys
import threading

try:
    import Pyro4
except ImportError:
    sys.exit("m2c2-sim-opcda: Pyro4 is not there; install it: apt install python3-pyro4")

import steer
import wire
from conditions import Conditions
from gateway import Gateway
from space import Space

ABOUT = """\
An OpenOPC gateway to try things on: Pyro4 with the objects and calls of OpenOPC, in front of an OPC DA server with
the address space of Matrikon's simulation server, values that move, odd values, and faults on demand."""

EXAMPLES = f"""\
Examples:
  m2c2-sim-opcda
      a gateway of OpenOPC-Python3x 1.3.1 on 127.0.0.1:7766, with the OPC server Matrikon.OPC.Simulation.1
  m2c2-sim-opcda --tags 1000
      and a thousand items Bulk.Tag0001 … Bulk.Tag1000
  m2c2-sim-opcda --set Line1.Speed=12.5 --set Line1.Name="'press 3'"
      items that stand still; values as Python writes them
  m2c2-sim-opcda --variant openopc120
      one unknown tag fails the whole read
  m2c2-sim-opcda --listen 127.0.0.1:0 --interactive
      on a free port, steered by lines on standard input: server down, tag Random.Int4 unknown, drop sessions

Commands with --interactive:
{steer.COMMANDS}

Items worth knowing: Random.*, Saw-toothed Waves.*, Square Waves.*, Triangle Waves.*, Bucket Brigade.*, Write Only.*,
Read Error.*, Counter.Reads (counts the reads of itself), Clock.*, Quality.*, Odd.*"""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(1, f"{self.prog}: {message}\n")


def _address(text):
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT, e.g. 127.0.0.1:7766; port 0 takes any free one")
    return host, int(port)


def _setting(text):
    try:
        return steer.setting(text, "=")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; write ID=LITERAL, e.g. Line1.Speed=12.5") from None


def _count(text):
    if not text.isdecimal() or not 0 <= int(text) <= 999_999:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 999999")
    return int(text)


def parse(arguments):
    parser = _Parser(prog="m2c2-sim-opcda", description=ABOUT, epilog=EXAMPLES, allow_abbrev=False,
                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", metavar="HOST:PORT", type=_address, default=("127.0.0.1", 7766),
                        help="where to listen; port 0: any free one; default 127.0.0.1:7766")
    parser.add_argument("--variant", choices=wire.VARIANTS, default="1.3.1",
                        help="the gateway to play: OpenOPC-Python3x 1.3.1, openopc120, or YQBaobao's for Python 3.8; "
                             "default 1.3.1")
    parser.add_argument("--serializer", metavar="NAME", action="append", choices=["serpent", "marshal", "json"],
                        help="what requests may come in, again for each further one: serpent, marshal, json; "
                             "default serpent alone")
    parser.add_argument("--connections", metavar="N", type=_count, default=40,
                        help="so many at a time, further ones are refused: no free workers; default 40")
    parser.add_argument("--tags", metavar="N", type=_count, default=0, help="adds the items Bulk.Tag0001 to N")
    parser.add_argument("--set", metavar="ID=LITERAL", type=_setting, action="append", default=[],
                        help="an item's value, again for each further one")
    parser.add_argument("--time-offset", metavar="SECONDS", type=float, default=0.0,
                        help="item times are off by so much, with the label +00:00 all the same, as from a server "
                             "that gives local time")
    parser.add_argument("--leak", action="store_true",
                        help="reads without a group leave entries behind and become slower and slower, as in the "
                             "real one")
    parser.add_argument("--interactive", action="store_true",
                        help="take commands from standard input, one a line, each answered by a line: ok, or error: …; "
                             "ends when the input ends")
    options = parser.parse_args(arguments)
    if options.connections < 1:
        parser.error("--connections must be at least 1")
    return options


def configure(options):
    Pyro4.config.SERIALIZERS_ACCEPTED = set(options.serializer or ["serpent"])
    Pyro4.config.SERVERTYPE = "thread"
    Pyro4.config.THREADPOOL_SIZE = options.connections
    Pyro4.config.THREADPOOL_SIZE_MIN = min(4, options.connections)


def take_commands(gateway):
    steering = steer.Steering(gateway)
    for line in sys.stdin:
        print(steering.answer(line), flush=True)
    os._exit(0)


ENDS = {signal.SIGTERM, signal.SIGINT}


def leave_when_told():
    """A thread of its own waits for the signal: a handler would run in the main thread, and not while that waits for
    its peer. Nothing has to be tidied up."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # here and in all threads to come

    def wait():
        signal.sigwait(ENDS)
        os._exit(0)
    threading.Thread(target=wait, daemon=True).start()


def main(arguments):
    options = parse(arguments)
    configure(options)
    leave_when_told()
    space = Space(options.tags, options.time_offset)
    for item_id, value in options.set:
        space.set(item_id, value)
    host, port = options.listen
    try:
        gateway = Gateway(Conditions(wire.VARIANTS[options.variant], space, int(options.leak)), host, port)
    except OSError as error:
        sys.exit(f"m2c2-sim-opcda: cannot listen on {host}:{port}: {error.strerror or error}; give another --listen")
    print(f"listening on {gateway.address[0]}:{gateway.address[1]}, OpenOPC {options.variant}", flush=True)
    if options.interactive:
        threading.Thread(target=take_commands, args=[gateway], daemon=True).start()
    gateway.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
