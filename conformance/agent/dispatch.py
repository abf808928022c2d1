"""A request is taken to what it asks for, and its answer back."""

from __future__ import annotations

from typing import Any

from conformance.agent import primitives as p
from conformance.agent.calls import CALLS
from conformance.agent.primitives import Primitive
from conformance.agent.protocol import Message, ProtocolError, Result
from conformance.agent.refusal import Refused, result_of
from conformance.agent.session import Session


def handle(session: Session, message: Message) -> None:
    """Do what the request asks for and answer it."""
    primitive = p.BY_NUMBER.get((message.group, message.number))
    if primitive is None:
        unknown = Primitive("unknown", message.group, message.number)
        session.reply(unknown.answer(result=Result.NO_PRIMITIVE, service=message.service))
        return
    values: tuple[Any, ...] = ()
    result = Result.OK
    try:
        values = CALLS[primitive](session, *primitive.request.decode(message.data))
    except ProtocolError:
        result = Result.INVALID_PARAMETER
    except Refused as refused:
        result = refused.result
    except OSError as error:
        result = result_of(error.errno)
    session.reply(primitive.answer(*values, result=result, service=message.service))
