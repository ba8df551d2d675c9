"""Commands from standard input, one a line, each answered by a line: `ok`, or `error: ` and what is wrong."""
# SPDX-License-Identifier: Apache-2.0
import ast
import json
import math
import re

import space

# command: what it does, for --help; the pattern behind each is in Steering.
COMMANDS = """\
  set ID LITERAL            the item's value from now on, as Python writes it; "ID" in quotes when it has blanks;
                            nan, inf, -inf too; an item that is not there comes to be
  tag ID STATE              unknown, known, bad, uncertain, error (fails when it is read)
  server down [CODE]        connects and reads fail with the COM error, by default -2147023174; old connections
                            to the OPC server stay dead until the client calls connect() again
  server up
  automation off|on         create_client fails with Dispatch: -2147221005, as without the automation DLL
  latency SECONDS           the OPC server takes so long for each call; an asynchronous read times out
  lose N                    the next N asynchronous reads get no callback and time out
  leak on [TIMES]|off       anonymous reads leave entries behind and become slower; TIMES as many as a real gateway
  drop sessions             all client objects are gone: unknown object
  drop connections          all TCP connections are closed; client objects stay
  refuse / listen           stops and starts taking connections
  sessions                  answers ok and their number
  stats                     answers ok and counters as JSON"""


def literal(text):
    """A value as Python writes it."""
    if text in ("nan", "inf", "-inf"):
        return float(text)
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise ValueError(f"{text!r} is no Python literal; texts need quotes, as in 'abc'") from None


def setting(text, separator):
    """(id, value) of ID<separator>LITERAL."""
    parts = re.fullmatch(rf'(?:"([^"]+)"|([^\s"=]+)){separator}(.+)', text)
    if not parts:
        raise ValueError(f"{text!r} names no item and value")
    return parts[1] or parts[2], literal(parts[3].strip())


class Steering:
    def __init__(self, gateway):
        self._gateway = gateway
        self._conditions = gateway.conditions
        self._verbs = {"set": self._set, "tag": self._tag, "server": self._server, "automation": self._automation,
                       "latency": self._latency, "lose": self._lose, "leak": self._leak, "drop": self._drop,
                       "refuse": self._refuse, "listen": self._listen, "sessions": self._sessions, "stats": self._stats}

    def answer(self, line):
        verb, _, rest = line.strip().partition(" ")
        if verb not in self._verbs:
            return f"error: unknown command {verb!r}; there are {', '.join(self._verbs)}"
        try:
            told = self._verbs[verb](rest.strip())
        except (ValueError, OSError) as error:
            return f"error: {error}"
        return "ok" if told is None else f"ok {told}"

    def _set(self, rest):
        self._conditions.space.set(*setting(rest, r"\s+"))

    def _tag(self, rest):
        item_id, _, state = rest.rpartition(" ")
        item = self._conditions.space.items.get(item_id.strip().strip('"'))
        if item is None:
            raise ValueError(f"there is no item {item_id!r}; `set` makes one")
        item.state = _one_of(state, space.STATES)

    def _server(self, rest):
        state, _, code = rest.partition(" ")
        if _one_of(state, ("down", "up")) == "up":
            self._conditions.rise()
        elif code:
            self._conditions.die(int(code))
        else:
            self._conditions.die()

    def _automation(self, rest):
        self._conditions.no_automation = _one_of(rest, ("off", "on")) == "off"

    def _latency(self, rest):
        seconds = float(rest)
        if not 0 <= seconds < math.inf:
            raise ValueError(f"latency {rest} is no time; give seconds, from 0")
        self._conditions.latency = seconds

    def _lose(self, rest):
        self._conditions.lose_callbacks(int(rest))

    def _leak(self, rest):
        state, _, times = rest.partition(" ")
        self._conditions.leak = int(times or 1) if _one_of(state, ("on", "off")) == "on" else 0

    def _drop(self, rest):
        what = _one_of(rest, ("sessions", "session", "connections"))
        if what == "connections":
            self._gateway.drop_connections()
        else:
            self._gateway.drop_sessions()

    def _refuse(self, _rest):
        self._gateway.refuse()

    def _listen(self, _rest):
        self._gateway.listen()

    def _sessions(self, _rest):
        return len(self._gateway.sessions())

    def _stats(self, _rest):
        return json.dumps(self._gateway.statistics())


def _one_of(word, words):
    if word not in words:
        raise ValueError(f"{word!r} is none of {', '.join(words)}")
    return word
