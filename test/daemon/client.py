"""A client of the service that is none of ours: protoc and grpcio make it of the .proto alone.

client.py DIRECTORY SOCKET: the modules that protoc made are in DIRECTORY. Prints what came of each call as JSON.
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format
from umlnet.v1 import service_pb2, spec_pb2

channel = grpc.insecure_channel("unix:" + sys.argv[2], options=[("grpc.default_authority", "localhost")])
HOST = "/umlnet.v1.HostService/"


def call(method, request, answer, timeout=20):
    send = channel.unary_unary(HOST + method, request_serializer=type(request).SerializeToString, response_deserializer=answer.FromString)
    return send(request, timeout=timeout)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """The length-delimited fields of any message: what a google.rpc.Status is made of."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        length, at = varint(data, at)
        if tag & 7 == 2:
            yield tag >> 3, data[at : at + length]
            at += length


def failure(error):
    status = dict(error.trailing_metadata())["grpc-status-details-bin"]
    details = {}
    for field, value in fields(status):
        if field == 3:
            packed = dict(fields(value))
            details[packed[1].decode().split("/")[1]] = packed[2]
    told = service_pb2.Failure.FromString(details["umlnet.v1.Failure"])
    return {
        "status": error.code().name,
        "details": sorted(details),
        "reason": dict(fields(details["google.rpc.ErrorInfo"]))[1].decode(),
        "failure": json_format.MessageToDict(told),
    }


def spec(tap, mtu=1500):
    return spec_pb2.Spec(
        version=1,
        networks={"lab": spec_pb2.Network(mode=spec_pb2.MODE_NAT, uplink="eth1", addresses=["10.90.7.1/24"])},
        taps={tap: spec_pb2.Tap(network="lab", mtu=mtu, guest=spec_pb2.Guest(addresses=["10.90.7.2/24"]))},
    )


def refused(method, request, answer):
    try:
        call(method, request, answer)
    except grpc.RpcError as error:
        return failure(error)
    raise AssertionError("it was not refused")


def health():
    send = channel.unary_unary("/grpc.health.v1.Health/Check", request_serializer=bytes, response_deserializer=bytes)
    return list(send(b"", timeout=20))


def reflected():
    """The names of the methods, from a schema that comes over the wire."""
    send = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", request_serializer=bytes, response_deserializer=bytes)
    symbol = b"umlnet.v1.HostService"
    (answer,) = send(iter([b"\x22" + bytes([len(symbol)]) + symbol]), timeout=20)
    files = [value for field, value in fields(dict(fields(answer))[4])]
    pool = descriptor_pool.DescriptorPool()
    for data in files:
        pool.Add(descriptor_pb2.FileDescriptorProto.FromString(data))
    return [method.name for method in pool.FindServiceByName("umlnet.v1.HostService").methods]


tap = sys.argv[3]
up = call("Up", service_pb2.UpRequest(spec=spec(tap)), service_pb2.UpResponse)
status = call("Status", service_pb2.StatusRequest(verify=True, taps=service_pb2.Names(names=[tap])), service_pb2.StatusResponse)
plan = call("Plan", service_pb2.PlanRequest(down=service_pb2.Which(all=True)), service_pb2.PlanResponse)
result = {
    "up": json_format.MessageToDict(up),
    "again": call("Up", service_pb2.UpRequest(spec=spec(tap)), service_pb2.UpResponse).changed,
    "status": json_format.MessageToDict(status),
    "plan": [step.effect for step in plan.steps],
    "bad": refused("Up", service_pb2.UpRequest(spec=spec(tap, mtu=1)), service_pb2.UpResponse),
    "none": refused("Down", service_pb2.DownRequest(), service_pb2.DownResponse),
    "denied": refused("Up", service_pb2.UpRequest(spec=spec("other")), service_pb2.UpResponse),
    "down": list(call("Down", service_pb2.DownRequest(which=service_pb2.Which(all=True)), service_pb2.DownResponse).taps),
    "health": health(),
    "methods": reflected(),
}
try:
    call("Status", service_pb2.StatusRequest(), service_pb2.StatusResponse, timeout=1e-9)
except grpc.RpcError as error:
    result["deadline"] = error.code().name
print(json.dumps(result))
