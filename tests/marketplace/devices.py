"""A writer's device that speaks the contract with nothing but HTTP."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

    from tests.support.marketplace import RunningMarketplace


class Writer:
    """One device of one account."""

    def __init__(self, market: RunningMarketplace, token: str | None = None) -> None:
        self.market = market
        self.http = market.client(token)
        self.epoch = self.http.get("/v1/meta").json()["epoch"]

    def send(self, method: str, path: str, body: Any, *, key: str | None = None, **headers: str) -> httpx2.Response:
        """Send a write with a key, a new one unless given. Other headers are written if_match for If-Match."""
        sent = {"Idempotency-Key": f'"{key or uuid.uuid4()}"', "Sync-Epoch": self.epoch}
        sent |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        return self.http.request(method, path, json=body, headers=sent)

    def accept(self, call: Any, number: int = 1, key: str | None = None) -> httpx2.Response:
        body = acceptance_of(call, number)
        return self.send("POST", f"/v1/call-requests/{call['id']}/acceptance", body, key=key)

    def decline(self, call: Any, message: str = "Not this week.", key: str | None = None) -> httpx2.Response:
        body = {"message": message, "reason": None, "seen_version": call["version"]}
        return self.send("POST", f"/v1/call-requests/{call['id']}/decline", body, key=key)

    def report(self, call: Any, minutes: int = 6, key: str | None = None) -> httpx2.Response:
        body = {"party": "customer", "waited_minutes": minutes}
        return self.send("POST", f"/v1/call-requests/{call['id']}/no-show", body, key=key)

    def write_note(self, call: Any, text: str, base: str | None, key: str | None = None) -> httpx2.Response:
        condition = {"if_none_match": "*"} if base is None else {"if_match": f'"{base}"'}
        return self.send("PUT", f"/v1/call-requests/{call['id']}/notes/prepared", {"text": text}, key=key, **condition)

    def set_profile(self, key: str | None = None, **fields: tuple[Any, int]) -> httpx2.Response:
        body = {name: {"value": value, "base_version": base} for name, (value, base) in fields.items()}
        return self.send("PATCH", "/v1/profile", {"fields": body}, key=key)

    def call(self, call: Any) -> Any:
        """Return the call as the marketplace has it now."""
        return self.http.get(f"/v1/call-requests/{call['id']}").json()

    def snapshot(self) -> tuple[list[Any], str]:
        """Return all items and the cursor."""
        items: list[Any] = []
        page: dict[str, str] = {}
        while True:
            answer = self.http.get("/v1/snapshot", params=page).raise_for_status().json()
            items += answer["items"]
            if answer["next_page"] is None:
                return items, answer["cursor"]
            page = {"page": answer["next_page"]}

    def changes(self, cursor: str, **query: Any) -> httpx2.Response:
        return self.http.get("/v1/changes", params={"cursor": cursor, **query})


def acceptance_of(call: Any, number: int = 1) -> dict[str, Any]:
    """Return the body that accepts a time of a call, the first one unless told otherwise."""
    slot_id = f"{call['id']}_{number}"
    slot = next((slot for slot in call["slots"] if slot["id"] == slot_id), call["slots"][0])
    return {"slot_id": slot_id, "starts_at": slot["starts_at"], "seen_version": call["version"]}


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the problem code."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]
