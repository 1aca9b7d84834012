"""Generated requests, right and wrong ones, against the running server: every answer is one that the contract tells.

The stream of pokes is left out, since it never ends.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from tests.marketplace.sizes import size
from tests.support.marketplace import ROOT, RunningMarketplace, running_marketplace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.postgresql import NewDatabase

CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            # The contract says 428; another fault of the same request may be told first.
            "missing_required_header": {"expected-statuses": [400, 401, 428]},
            # A fault in a request for a code goes back to the client by a redirect.
            "negative_data_rejection": {
                "expected-statuses": [303, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428]
            },
            # What is right in form may still meet a state: gone, never accepted, another revision.
            "positive_data_acceptance": {"expected-statuses": ["2xx", 303, 304, 400, 403, 404, 409, 410, 412, 428]},
        }
    }
)
SCHEMA = schemathesis.openapi.from_path(ROOT / "marketplace" / "openapi.yaml", config=CONFIG)
OFFERED = SCHEMA.exclude(path="/v1/events")


@dataclass(frozen=True)
class Target:
    """A running server with real ids, so that what is right in form also reaches something."""

    market: RunningMarketplace
    epoch: str
    calls: list[Any]
    sent: list[str] = field(default_factory=list)
    """The operations of all requests so far."""

    def aim(self, case: schemathesis.Case) -> None:
        """Put a new key, the present epoch and a real call into a request that is right in form."""
        headers = case.headers if case.headers is not None else {}
        if "Sync-Epoch" in headers:
            headers["Sync-Epoch"] = self.epoch
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = f'"{uuid.uuid4()}"'
        if "If-Match" in headers and "If-None-Match" in headers:
            del headers["If-Match"]
        call = self.calls[len(str(case.body)) % len(self.calls)]
        if case.path_parameters and "id" in case.path_parameters:
            case.path_parameters["id"] = call["id"]
        if isinstance(case.body, dict) and "slot_id" in case.body:
            case.body |= {"slot_id": call["slots"][0]["id"], "starts_at": call["slots"][0]["starts_at"]}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    url = None
    if request.param == "postgresql":
        new_database: NewDatabase = request.getfixturevalue("new_postgresql_database")
        url = new_database()
    with running_marketplace(url) as market:
        one = Target(market, market.state()["epoch"], market.calls())
        yield one
        assert len(one.sent) >= size(800, 2_500)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@OFFERED.parametrize()
@settings(max_examples=size(25, 160), deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_contract_tells(case: schemathesis.Case, target: Target) -> None:
    assert case.meta is not None
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        target.aim(case)
    generated = case.meta.components.get(ParameterLocation.HEADER)
    headers_are_right = generated is None or generated.mode is GenerationMode.POSITIVE
    token = {"Authorization": f"Bearer {target.market.token}"} if headers_are_right else {}
    target.sent.append(case.operation.label)
    case.call_and_validate(base_url=target.market.url, headers=token)
