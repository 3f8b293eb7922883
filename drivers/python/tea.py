"""A fineprint driver (protocol 1) for any Python SDK of the Tea and Darabonba family: tea.py --package NAME [--async]

It knows no SDK by name: what a class sends and shows is found by setting one attribute at a time and looking at
`to_map()`. It holds no expectations: what the SDK's objects say is said on, and nothing else.
"""
import asyncio
import importlib
import importlib.metadata
import importlib.util
import platform
import re
import socket
import sys
import threading
import typing
from asyncio import CancelledError

from channel import Channel, Unsupported, causes, deep_arguments, spelled, text

# Whose behaviour shows in an SDK's; a report names their versions.
RUNTIME = re.compile(r"(alibabacloud|darabonba|aliyun|tea)[-_].*|requests|urllib3|aiohttp|cryptography|charset[-_]normalizer")


def shown(value):
    """What the SDK shows, its models as objects under wire names; an attribute that is None is left out."""
    return spelled(value, held)


def held(value):
    if not hasattr(value, "to_map"):
        return None
    there = ((member.wire, getattr(value, member.attribute, None)) for member in members(type(value)))
    return [(wire, inner) for wire, inner in there if inner is not None]


# What a model class holds, found out once.

class Member:
    """One attribute of a model: its wire name, and if it holds models, their class and how they are wrapped."""

    def __init__(self, attribute, wire, model=None, wrap=(), tail=""):
        self.attribute, self.wire, self.model, self.wrap, self.tail = attribute, wire, model, wrap, tail


class Probe:
    """Stands in for a model, so that it is recognised in the map of the model around it."""

    def to_map(self):
        return self

    def validate(self):
        pass


SHAPES = [(), ("list",), ("map",), ("list", "list"), ("map", "list"), ("list", "map")]
MEMBERS = {}


def members(model):
    if model not in MEMBERS:
        MEMBERS[model] = probe(model)
    return MEMBERS[model]


def probe(model):
    hints, found = annotations(model.__init__), []
    for attribute in [name for name in vars(model()) if not name.startswith("_")]:
        for shape in SHAPES:
            marker = Probe()
            subject = model()
            setattr(subject, attribute, wrapped(shape, marker))
            try:
                shown = subject.to_map()
            except Exception:
                continue
            wire = next((name for name, value in shown.items() if unwrapped(shape, value) is marker), None)
            if wire is not None:
                inner = inner_model(model, attribute, wire, shape)
                tail = "" if inner else scalar_tail(hints.get(attribute))
                found.append(Member(attribute, wire, inner, shape, tail))
                break
    return found


def wrapped(shape, value):
    for layer in reversed(shape):
        value = [value] if layer == "list" else {"k": value}
    return value


def unwrapped(shape, value):
    for layer in shape:
        try:
            value = value[0] if layer == "list" else value["k"]
        except (TypeError, KeyError, IndexError):
            return None
    return value


def inner_model(model, attribute, wire, shape):
    """The class that `from_map` makes for an attribute; none if it keeps what it is given."""
    subject = model()
    try:
        subject.from_map({wire: wrapped(shape, {})})
    except Exception:
        return None
    inner = unwrapped(shape, getattr(subject, attribute, None))
    return type(inner) if hasattr(inner, "to_map") else None


def annotations(function):
    try:
        return typing.get_type_hints(function)
    except Exception:
        return {}


def scalar_tail(hint):
    """How a leaf's path ends, as far as its annotation says: `[]` for a list, `.*` for a map."""
    tail = ""
    while hint is not None:
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if origin is list and inner:
            tail, hint = tail + "[]", inner[0]
        elif origin is dict and len(inner) == 2 and inner[1] is not typing.Any:
            tail, hint = tail + ".*", inner[1]
        else:
            return tail
    return tail


def leaves(model, path="", above=()):
    for member in members(model):
        at = path + member.wire + "".join("[]" if layer == "list" else ".*" for layer in member.wrap)
        if member.model is None:
            yield at + member.tail
        elif member.model not in above:
            yield from leaves(member.model, at + ".", above + (model, member.model))


def filled(model, values, path=""):
    """A model with its attributes set, one by one, from values under wire names."""
    subject, dotted = model(), {}
    by_wire = BY_WIRE.get(model)
    if by_wire is None:
        by_wire = BY_WIRE[model] = {member.wire: member for member in members(model)}
    for name, value in values.items():
        if value is None:
            continue
        member = by_wire.get(name)
        if member is None:
            # Some pages list `SystemDisk.Size` for what the SDK holds as a model with a member.
            head, _, rest = name.partition(".")
            member = by_wire.get(head)
            if not rest or member is None or member.model is None or member.wrap:
                raise no_member(model, by_wire, name, path)
            dotted.setdefault(head, {})[rest] = value
            continue
        if member.model is not None:
            value = modelled(member.model, member.wrap, value, path + name)
        setattr(subject, member.attribute, value)
    for head, inner in dotted.items():
        given = values.get(head)
        inner = {**given, **inner} if isinstance(given, dict) else inner
        member = by_wire[head]
        setattr(subject, member.attribute, filled(member.model, inner, path + head + "."))
    return subject


def no_member(model, by_wire, name, path):
    near = [wire for wire in by_wire if wire.lower() == name.lower()]
    hint = f" (it has {near[0]})" if near else ""
    return Unsupported({"param": path + name}, f"no such member on {model.__name__}{hint}")


BY_WIRE = {}


def modelled(model, shape, value, path):
    """Models for objects; a value of another type is handed on as it is, as a user's mistake would be."""
    if not shape:
        return filled(model, value, path + ".") if isinstance(value, dict) else value
    if shape[0] == "list" and isinstance(value, list):
        return [modelled(model, shape[1:], item, path + "[]") for item in value]
    if shape[0] == "map" and isinstance(value, dict):
        return {key: modelled(model, shape[1:], item, path + ".*") for key, item in value.items()}
    return value


# The SDK.

class Operation:
    def __init__(self, method, models, name):
        self.method = method.__name__
        hints = annotations(method)
        self.runtime = hints.get("runtime") or RuntimeOptions
        self.response = hints.get("return") or getattr(models, name + "Response", None)
        self.request = self.parameter = None
        self.path = {}
        code = method.__code__
        self.order = code.co_varnames[1:code.co_argcount]
        for parameter in self.order:
            hint = hints.get(parameter)
            if parameter in ("request", "tmp_req"):
                self.parameter, self.request = parameter, hint or getattr(models, name + "Request")
            elif parameter not in ("headers", "runtime"):
                self.path[parameter.replace("_", "").lower()] = parameter

    def arguments(self, params, runtime):
        given = {"runtime": runtime, "headers": {}}
        if self.path:
            params = dict(params)
            for name in list(params):
                parameter = self.path.get(name.replace("_", "").lower())
                if parameter:
                    given[parameter] = params.pop(name)
        if self.parameter:
            given[self.parameter] = filled(self.request, params)
        elif params:
            raise Unsupported({"param": next(iter(params))}, "the operation takes no request")
        return [given.get(parameter) for parameter in self.order]


class Sdk:
    def __init__(self, package, asynchronous):
        self.loop = Loop() if asynchronous else None
        distribution = importlib.metadata.distribution(package)
        self.name, self.version = distribution.metadata["Name"], distribution.version
        module = module_of(distribution)
        self.models = importlib.import_module(module + ".models")
        self.Client = importlib.import_module(module + ".client").Client
        self.Config = annotations(self.Client.__init__).get("config")
        if self.Config is None:
            self.Config = importlib.import_module("alibabacloud_tea_openapi.models").Config
        self.can_bear = hasattr(self.Config(), "bearer_token")
        # Several rules for snake case are in use, and none is needed: without `_` the names are the same.
        ending = "_with_options_async" if asynchronous else "_with_options"
        names = (name for name in dir(self.Client) if name.endswith(ending))
        self.methods = {name[: -len(ending)].replace("_", ""): name for name in names}
        self.names = sorted(name[: -len("Response")] for name in dir(self.models)
                            if name.endswith("Response") and name[: -len("Response")].lower() in self.methods)
        self.operations, self.clients, self.lock = {}, {}, threading.Lock()

    def operation(self, name):
        if name not in self.operations:
            method = self.methods.get(name.lower())
            if method is None or name not in self.names:
                raise Unsupported({"operation": name}, f"{self.name} {self.version} has no such method")
            self.operations[name] = Operation(getattr(self.Client, method), self.models, name)
        return self.operations[name]

    def client(self, target):
        client = self.clients.get(target["key"])
        if client is None:
            with self.lock:
                client = self.clients.get(target["key"]) or self.new_client(target)
                self.clients[target["key"]] = client
        return client

    def new_client(self, target):
        scheme, _, host = target["endpoint"].rpartition("://")
        config = self.Config()
        set_known(config, access_key_id=target["access_key_id"], access_key_secret=target["access_key_secret"],
                  endpoint=host, protocol=(scheme or "http").upper(), region_id=target.get("region"),
                  connect_timeout=target.get("connect_timeout_ms"), read_timeout=target.get("read_timeout_ms"),
                  security_token=target.get("security_token"), bearer_token=target.get("bearer_token"),
                  ca=target.get("ca_file"), retry_options=retry_options(target.get("max_attempts")))
        return Bound(self.Client(config), target, self.loop)


class Bound:
    """A client object, and its runtime options by class."""

    def __init__(self, client, target, loop):
        self.client, self.target, self.loop, self.options = client, target, loop, {}

    def call(self, operation, params, call):
        runtime = self.options.get(operation.runtime)
        if runtime is None:
            runtime = self.options[operation.runtime] = self.new_options(operation.runtime)
        answer = getattr(self.client, operation.method)(*operation.arguments(params, runtime))
        return answer if self.loop is None else self.loop.wait(answer, call)

    def new_options(self, kind):
        runtime, attempts = kind(), self.target.get("max_attempts")
        set_known(runtime, connect_timeout=self.target.get("connect_timeout_ms"),
                  read_timeout=self.target.get("read_timeout_ms"), ca=self.target.get("ca_file"))
        if attempts is not None:
            # Where it is heeded at all, it counts the retries.
            set_known(runtime, autoretry=attempts > 1, max_attempts=attempts - 1)
        return runtime


class Loop:
    """The event loop that asynchronous calls run in, each under its id, so that it can be cancelled."""

    def __init__(self):
        self.loop, self.open = asyncio.new_event_loop(), {}
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def wait(self, answer, call):
        future = self.open[call] = asyncio.run_coroutine_threadsafe(answer, self.loop)
        try:
            return future.result()
        finally:
            del self.open[call]

    def cancel(self, call):
        future = self.open.get(call)
        if future is not None:
            future.cancel()


def set_known(subject, **values):
    for name, value in values.items():
        if value is not None and hasattr(subject, name):
            setattr(subject, name, value)


def retry_options(attempts):
    """Newer runtimes take this in place of `autoretry`; the same errors are tried again as there, and throttling."""
    if attempts is None:
        return None
    try:
        from darabonba.policy.retry import RetryOptions as Options
    except ImportError:
        return None
    again = {"maxAttempts": attempts, "exception": ["RetryError", "ThrottlingException"], "errorCode": []}
    return Options({"retryable": attempts > 1, "retryCondition": [again], "noRetryCondition": []})


def module_of(distribution):
    listed = (distribution.read_text("top_level.txt") or "").split()
    files = [file.parts[0] for file in distribution.files or [] if len(file.parts) == 2 and file.name == "client.py"]
    for module in listed + files:
        try:
            if importlib.util.find_spec(module + ".client"):
                return module
        except ImportError:
            pass
    sys.exit(f"{distribution.metadata['Name']} has no module with a client.py: not an SDK of the Tea family")


# Errors.

def error_of(error):
    """An error as a user's `except` sees it."""
    inner = getattr(error, "inner_exception", None)
    data = getattr(error, "data", None)
    data = data if isinstance(data, dict) else {}
    chain = causes(inner if inner is not None else error)
    status = first(getattr(error, "status_code", None), getattr(error, "statusCode", None), data.get("statusCode"))
    said = {"kind": kind_of(error, chain, status), "class": type(error).__name__, "text": text(str(error))}
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    request_id = first(getattr(error, "request_id", None), data.get("RequestId"), data.get("requestId"))
    message = str(error) if message is None and inner is None and not data else message
    for name, value in (("code", code), ("message", message), ("request_id", request_id)):
        if value is not None:
            said[name] = shown(value)
    if isinstance(status, int) and 0 <= status < 1 << 16:
        said["http_status"] = status
    more = {name: shown(value) for name, value in data.items()
            if name.lower() not in ("code", "message", "requestid", "statuscode")}
    for attribute, wire in BESIDES:
        value = getattr(error, attribute, None)
        if value is not None and wire not in more:
            more[wire] = shown(value)
    if more:
        said["more"] = more
    behind = chain if inner is not None else chain[1:]
    if behind:
        said["cause"] = text("; ".join(f"{type(cause).__name__}: {cause}" for cause in behind))
    return said


# Where exceptions keep what is in the body, under names of their own.
BESIDES = [("description", "Description"), ("detail", "Detail"), ("retry_after", "RetryAfter"),
           ("access_denied_detail", "AccessDeniedDetail"), ("accessDeniedDetail", "AccessDeniedDetail")]


UNREADABLE = {"JSONDecodeError", "UnicodeDecodeError", "ContentDecodingError", "RecursionError", "ParseError",
              "ClientPayloadError", "ClientResponseError", "HttpProcessingError"}


def kind_of(error, chain, status):
    if status is not None:
        return "service"
    # asyncio and concurrent.futures have one each, which some versions make the same.
    if any(type(cause).__name__ == "CancelledError" for cause in chain):
        return "cancelled"
    for cause in chain + [argument for cause in chain for argument in deep_arguments(cause)]:
        lineage = {kind.__name__ for kind in type(cause).__mro__}
        # To urllib3 a refused connection is a kind of timeout.
        if "NewConnectionError" in lineage:
            return "transport"
        if isinstance(cause, UnicodeEncodeError) or lineage & {"ValidateException", "RequiredArgumentException"}:
            return "validation"
        if lineage & {"Timeout", "TimeoutError", "ServerTimeoutError"} or isinstance(cause, socket.timeout):
            return "timeout"
    for cause in chain:
        lineage = {kind.__name__ for kind in type(cause).__mro__}
        # requests has a JSONDecodeError of its own that is both.
        if lineage & UNREADABLE:
            return "decode"
    if any(isinstance(cause, OSError) or type(cause).__name__ == "RetryError" for cause in chain):
        return "transport"
    if getattr(error, "code", None) is not None:
        # Raised by the SDK under a code of its own, before there was a status.
        return "validation"
    return "other"


def first(*values):
    return next((value for value in values if value is not None), None)


# The driver.

class Driver:
    def __init__(self, package, asynchronous):
        self.sdk = Sdk(package, asynchronous)
        self.can_cancel = asynchronous

    def hello(self):
        runtime = {"python": platform.python_version()}
        for distribution in importlib.metadata.distributions():
            name = distribution.metadata["Name"]
            if name and name != self.sdk.name and RUNTIME.fullmatch(name.lower()):
                runtime[re.sub(r"[-_.]+", "-", name).lower()] = distribution.version
        can = ["headers", "retries", "ca", "token", "describe", "cause"]
        can += (["bearer"] if self.sdk.can_bear else []) + (["cancel"] if self.can_cancel else [])
        return {"driver": {"name": "tea-python-async" if self.can_cancel else "tea-python", "version": "1"},
                "client": {"name": self.sdk.name, "version": self.sdk.version,
                           "runtime": dict(sorted(runtime.items()))},
                "operations": self.sdk.names, "max_in_flight": 4, "can": can}

    def describe(self, name):
        try:
            operation = self.sdk.operation(name)
        except Unsupported:
            return [], []
        request = list(leaves(operation.request)) if operation.request else []
        body = {member.wire: member for member in members(operation.response)}.get("body")
        return request, list(leaves(body.model)) if body and body.model else []

    def close(self, key):
        self.sdk.clients.pop(key, None)

    def cancel(self, call):
        self.sdk.loop.cancel(call)

    def call(self, message):
        operation = self.sdk.operation(message["operation"])
        try:
            response = self.sdk.client(message["client"]).call(operation, message["params"], message["id"])
        except Unsupported:
            raise
        except (Exception, CancelledError) as error:
            return {"error": error_of(error)}
        result = {"ok": shown(getattr(response, "body", None))}
        http = {}
        status, headers = getattr(response, "status_code", None), getattr(response, "headers", None)
        if isinstance(status, int):
            http["status"] = status
        if isinstance(headers, dict):
            http["headers"] = shown(headers)
        if http:
            result["http"] = http
        return result


def main():
    arguments = sys.argv[1:]
    asynchronous = "--async" in arguments
    arguments = [argument for argument in arguments if argument != "--async"]
    if len(arguments) != 2 or arguments[0] != "--package":
        sys.exit("usage: tea.py --package NAME [--async]")
    try:
        Channel(lambda: Driver(arguments[1], asynchronous)).run()
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"no package {arguments[1]} is installed beside {sys.executable}")


if __name__ == "__main__":
    main()
