"""Sends concurrent requests over one channel."""

from collections.abc import Iterable
from typing import Any

import grpc

from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2_grpc as rpc
from tests.support.server.asking import OF_INFERENCE, Asker, Question

TIMEOUT = 30.0


def send(channel: grpc.Channel, asker: Asker, question: Question, timeout: float = TIMEOUT) -> Any:
    """Send the request without waiting, and return the call, a grpc.Future."""
    method: Any = (
        inference_rpc.GRPCInferenceServiceStub(channel).ModelInfer
        if question.way in OF_INFERENCE
        else rpc.ClassifierStub(channel).Classify
    )
    return method.future(asker.request(question), timeout=timeout)


def send_all(channel: grpc.Channel, asker: Asker, questions: Iterable[Question]) -> None:
    """Send all requests at once, and check every response."""
    calls = [(question, send(channel, asker, question)) for question in questions]
    for question, call in calls:
        asker.check(question, call.result())
