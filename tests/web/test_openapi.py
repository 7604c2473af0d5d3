"""Requests that schemathesis makes from the OpenAPI document: no fault of our own, nothing that is not documented."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.settings import ServiceSettings

schema = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(FakeAnswerer(), ServiceSettings(rate_per_minute=10**6, rate_per_day=10**6))
)


@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_does_what_its_document_says(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_headers_conformance,
            response_schema_conformance,
        ]
    )
