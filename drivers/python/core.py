"""A fineprint driver (protocol 1) for aliyun-python-sdk-core, which takes any action: core.py --package NAME

The SDK hands out the bytes of an answer; they are read with `json.loads`, as its users do.
"""
import importlib.metadata
import inspect
import json
import platform
import socket
import sys

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.http import protocol_type
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.request import CommonRequest
from channel import Channel, Unsupported, causes, deep_arguments, spelled, text


# Older ones do not.
TAKES_AUTHORITY = "verify" in inspect.signature(AcsClient).parameters


class Driver:
    can_cancel = False

    def __init__(self, package):
        self.name, self.version = package, importlib.metadata.version(package)
        self.clients = {}

    def hello(self):
        return {"driver": {"name": "core-python", "version": "1"},
                "client": {"name": self.name, "version": self.version, "runtime": {"python": platform.python_version()}},
                "operations": None, "max_in_flight": 1, "can": ["retries", "token"] + (["ca"] if TAKES_AUTHORITY else [])}

    def describe(self, operation):
        return [], []

    def close(self, key):
        self.clients.pop(key, None)

    def cancel(self, call):
        pass

    def client(self, target):
        client = self.clients.get(target["key"])
        if client is None:
            client = self.clients[target["key"]] = new_client(target)
        return client

    def call(self, message):
        client = self.client(message["client"])
        request = request_of(message)
        try:
            return {"ok": spelled(json.loads(client.do_action_with_exception(request)))}
        except Exception as error:
            return {"error": error_of(error)}


def new_client(target):
    options = {"region_id": target.get("region"), "timeout": seconds(target.get("read_timeout_ms")),
               "connect_timeout": seconds(target.get("connect_timeout_ms"))}
    if target.get("ca_file") and TAKES_AUTHORITY:
        options["verify"] = target["ca_file"]
    attempts = target.get("max_attempts")
    if attempts is not None:
        # It counts the retries.
        options.update(auto_retry=attempts > 1, max_retry_time=attempts - 1 if attempts > 1 else None)
    pair = target["access_key_id"], target["access_key_secret"]
    token = target.get("security_token")
    if token is not None:
        return AcsClient(credential=StsTokenCredential(*pair, token), **options)
    return AcsClient(*pair, **options)


def seconds(milliseconds):
    return None if milliseconds is None else max(milliseconds / 1000, 0.001)


def request_of(message):
    api, target = message["api"], message["client"]
    scheme, _, host = target["endpoint"].rpartition("://")
    request = CommonRequest()
    request.set_domain(host)
    # The SDK compares it by identity.
    request.set_protocol_type(protocol_type.HTTPS if scheme == "https" else protocol_type.HTTP)
    request.set_version(api["version"])
    request.set_action_name(message["operation"])
    form = "POST" in api.get("method", "POST")
    request.set_method("POST" if form else api["method"])
    if api.get("style") == "roa":
        raise Unsupported({"operation": message["operation"]}, "CommonRequest is used for RPC calls only")
    for name, value in message["params"].items():
        if value is None:
            continue
        if isinstance(value, (dict, list)):
            raise Unsupported({"param": name}, "CommonRequest takes texts and numbers only")
        (request.add_body_params if form else request.add_query_param)(name, value)
    return request


def error_of(error):
    """An error as a user's `except` sees it."""
    chain = causes(error)
    said = {"kind": kind_of(error, chain), "class": type(error).__name__, "text": text(str(error))}
    if isinstance(error, ServerException):
        found = {"code": error.get_error_code(), "message": error.get_error_msg(),
                 "request_id": error.get_request_id(), "http_status": error.get_http_status()}
    elif isinstance(error, ClientException):
        found = {"code": error.get_error_code(), "message": error.get_error_msg()}
    else:
        found = {"message": str(error)}
    said.update({name: spelled(value) for name, value in found.items() if value is not None})
    if chain[1:]:
        said["cause"] = text("; ".join(f"{type(cause).__name__}: {cause}" for cause in chain[1:]))
    return said


def kind_of(error, chain):
    if isinstance(error, ServerException):
        return "service"
    for cause in chain + [inner for cause in chain for inner in deep_arguments(cause)]:
        if "Timeout" in type(cause).__name__ or isinstance(cause, socket.timeout) or "timed out" in str(cause):
            return "timeout"
    if any(isinstance(cause, UnicodeEncodeError) for cause in chain):
        return "validation"
    if any(isinstance(cause, (ValueError, RecursionError)) for cause in chain):
        return "decode"
    if isinstance(error, ClientException):
        return "transport" if error.get_error_code().startswith("SDK.Http") else "other"
    return "transport" if any(isinstance(cause, OSError) for cause in chain) else "other"


def main():
    arguments = sys.argv[1:]
    if len(arguments) != 2 or arguments[0] != "--package":
        sys.exit("usage: core.py --package NAME")
    Channel(lambda: Driver(arguments[1])).run()


if __name__ == "__main__":
    main()
