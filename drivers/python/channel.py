"""The channel of a fineprint driver (protocol 1) in Python: lines, values and messages. It knows no SDK."""
import base64
import hashlib
import json
import math
import os
import sys
import threading

EXACT = 1 << 53
LONG_TEXT = 1 << 16
LONGEST = 8 << 20


class Unsupported(Exception):
    """What an SDK is not able to take: `named` is `{operation}`, `{param}` or `{param, value}`."""

    def __init__(self, named, why):
        super().__init__(why)
        self.named = named


# Values: from the channel's spelling to Python's, and back.

def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (key, inner), = value.items()
        if key == "$int":
            return int(inner)
        if key == "$num":
            return float(inner)
        if key == "$bytes":
            return base64.b64decode(inner)
        if key == "$utf16":
            return b"".join(unit.to_bytes(2, "big") for unit in inner).decode("utf-16-be", "surrogatepass")
        if key == "$obj":
            return {name: plain(item) for name, item in inner}
    return {name: plain(item) for name, item in value.items()}


def spelled(value, members=lambda value: None):
    """What an SDK shows; `members` gives what an object of its own holds under wire names, or None."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() and len(value) <= LONG_TEXT else text(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if -EXACT <= value <= EXACT else {"$int": digits(value)}
    if kind is float:
        return value if math.isfinite(value) else {"$num": str(value).replace("inf", "Infinity").replace("nan", "NaN")}
    if kind is list or kind is tuple:
        return [spelled(item, members) for item in value]
    if isinstance(value, dict):
        if value and all(isinstance(name, str) and name.startswith("$") for name in value):
            return {"$obj": [[name, spelled(item, members)] for name, item in value.items()]}
        return {str(name): spelled(item, members) for name, item in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    held = members(value)
    return text(str(value)) if held is None else {name: spelled(item, members) for name, item in held}


def text(value):
    try:
        raw = value.encode()
    except UnicodeEncodeError:
        raw = value.encode("utf-16-be", "surrogatepass")
        return {"$utf16": [raw[at] << 8 | raw[at + 1] for at in range(0, len(raw), 2)]}
    if len(value) > LONG_TEXT:
        return {"$digest": {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}}
    return value


def digits(value):
    try:
        return str(value)
    except ValueError:  # Python refuses to write integers of more than 4,300 digits.
        sys.set_int_max_str_digits(0)
        return str(value)


# Lines and messages.

class Channel:
    """Runs a driver: `hello()`, `describe(operation)`, `call(message)` for a result, `close(key)`, `cancel(id)`."""

    def __init__(self, make):
        # Whatever an SDK prints belongs to the log, and it has nothing to read.
        self.stdout, self.stdin = os.dup(1), os.dup(0)
        os.dup2(2, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        self.driver = make()
        self.lock = threading.Lock()
        # A channel is UTF-8 whatever the locale says.
        self.encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

    def say(self, message):
        line = (self.encode(message) + "\n").encode()
        if len(line) > LONGEST:
            raise ValueError("the answer is a line over 8 MiB")
        with self.lock:
            sent = os.write(self.stdout, line)
            while sent < len(line):
                sent += os.write(self.stdout, line[sent:])

    def run(self):
        rest = b""
        while True:
            chunk = os.read(self.stdin, 1 << 16)
            if not chunk:
                return
            # A long line comes in many pieces, which are joined once.
            if b"\n" not in chunk:
                pieces = [rest, chunk]
                while chunk and b"\n" not in chunk:
                    chunk = os.read(self.stdin, 1 << 16)
                    pieces.append(chunk)
                rest = b"".join(pieces)
            else:
                rest += chunk
            *lines, rest = rest.split(b"\n")
            for at, line in enumerate(lines):
                # Calls said at once are open at once; a call alone needs no thread.
                alone = at == len(lines) - 1
                if not self.take(line, alone):
                    return

    def take(self, line, alone):
        message = json.loads(line)
        if b'"$' in line:
            for member in ("params", "client"):
                if member in message:
                    message[member] = plain(message[member])
        kind = message.get("t")
        if kind == "call":
            # Nobody could say `cancel` to a driver that waits for its only call.
            if alone and not self.driver.can_cancel:
                self.call(message)
            else:
                threading.Thread(target=self.call, args=(message,), daemon=True).start()
        elif kind == "hello":
            self.say({"t": "hello", "protocol": 1, **self.driver.hello()})
        elif kind == "echo":
            self.say({"t": "echo", "id": message["id"], "value": spelled(plain(message["value"]))})
        elif kind == "describe":
            request, response = self.driver.describe(message["operation"])
            self.say({"t": "describe", "id": message["id"], "request": request, "response": response})
        elif kind == "cancel":
            self.driver.cancel(message["id"])
        elif kind == "close":
            self.driver.close(message["key"])
        elif kind == "bye":
            self.say({"t": "bye"})
            return False
        return True

    def call(self, message):
        try:
            result = self.driver.call(message)
        except Unsupported as what:
            result = {"unsupported": what.named, "why": str(what)}
        except Exception as fault:
            result = {"driver_error": f"{type(fault).__name__}: {fault}"}
        result["t"], result["id"] = "result", message["id"]
        try:
            self.say(result)
        except (ValueError, RecursionError) as fault:
            self.say({"t": "result", "id": message["id"], "driver_error": f"{type(fault).__name__}: {fault}"})


# Errors.

def causes(error):
    """An error and what lay behind it, the nearest first."""
    chain = []
    while error is not None and error not in chain and len(chain) < 10:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def deep_arguments(error, depth=3):
    """Errors inside errors: a timeout while a body was read is an argument of an argument of a ConnectionError."""
    inner = [argument for argument in getattr(error, "args", ()) if isinstance(argument, BaseException)]
    reason = getattr(error, "reason", None)
    inner += [reason] if isinstance(reason, BaseException) else []
    return inner + [found for error in inner if depth for found in deep_arguments(error, depth - 1)]
