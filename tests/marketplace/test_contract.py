"""The contract is a valid document, its examples are true to it, and so are the server's real answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from tests.marketplace.browsers import WISH, Browser, Program, query_of
from tests.support.marketplace import ROOT, RunningMarketplace

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from jsonschema.protocols import Validator

    from tests.marketplace.devices import Writer

CONTRACT = yaml.safe_load((ROOT / "marketplace" / "openapi.yaml").read_text(encoding="utf-8"))
METHODS = ("get", "post", "put", "patch")


def resolve(part: Any) -> Any:
    while isinstance(part, dict) and set(part) == {"$ref"}:
        reference, part = part["$ref"], CONTRACT
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
    return part


def validator(schema: Any) -> Validator:
    known = {**schema, "components": CONTRACT["components"]}
    return jsonschema.Draft202012Validator(known, format_checker=jsonschema.FormatChecker())


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, item in CONTRACT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def contents() -> Iterator[tuple[str, Any]]:
    """Yield every media type object of the contract with where it stands."""
    for path, method, operation in operations():
        request = resolve(operation.get("requestBody", {}))
        for media, content in request.get("content", {}).items():
            yield f"{method} {path} request {media}", content
        for status, response in operation["responses"].items():
            for media, content in resolve(response).get("content", {}).items():
                yield f"{method} {path} {status} {media}", content


EXAMPLES = [
    pytest.param(content["schema"], example["value"], id=f"{where}: {name}")
    for where, content in contents()
    for name, example in content.get("examples", {}).items()
]


@pytest.mark.parametrize(("schema", "example"), EXAMPLES)
def test_every_example_is_true_to_its_schema(schema: Any, example: Any) -> None:
    validator(schema).validate(example)


@pytest.mark.parametrize(("path", "method", "operation"), list(operations()))
def test_every_operation_shows_what_goes_in_and_what_comes_out(path: str, method: str, operation: Any) -> None:
    request = resolve(operation.get("requestBody", {"content": {}}))
    good = [resolve(answer) for status, answer in operation["responses"].items() if status == "200"]
    shown = [*request["content"].values(), *(media for answer in good for media in answer.get("content", {}).values())]
    assert all("examples" in media for media in shown if media["schema"] != {"$ref": "#/components/schemas/Problem"})
    assert any("examples" in media for media in shown) or operation["tags"] == ["sign-in"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": "accepted"},
        {"line": {"number": "+14155550142", "pin": "482913"}},
        {"status": "withdrawn"},
        {"closed": {"at": "2026-09-14T15:00:00Z", "reason": "We changed our mind."}},
        {"created_at": "2026-09-14 15:00"},
        {"id": "../call"},
        {"subject": "two\nlines"},
    ],
    ids=str,
)
def test_the_schema_of_a_call_request_refuses_what_contradicts_itself(fault: Any) -> None:
    example = CONTRACT["paths"]["/v1/call-requests/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    schema = validator({"$ref": "#/components/schemas/CallRequest"})
    schema.validate(example["examples"]["open"]["value"])
    with pytest.raises(jsonschema.ValidationError):
        schema.validate(example["examples"]["open"]["value"] | fault)


def check(answer: httpx2.Response, path: str, method: str = "get") -> None:
    """Hold a real answer against the contract: status, content type, body, headers."""
    operation = CONTRACT["paths"][path][method]
    response = resolve(operation["responses"][str(answer.status_code)])
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if response.get("content"):
        body = answer.text if media_type == "text/html" else answer.json()
        validator(response["content"][media_type]["schema"]).validate(body)
    else:
        assert not answer.content
    for name, header in response.get("headers", {}).items():
        described = resolve(header)
        assert name in answer.headers or not described.get("required"), name
        if name in answer.headers:
            validator(described["schema"]).validate(answer.headers[name])
    assert answer.headers["Sync-Epoch"]


CALL = "/v1/call-requests/{id}"


def test_the_answers_to_all_questions_are_true_to_the_contract(market: RunningMarketplace, writer: Writer) -> None:
    call = market.event("invite", company="Larkspur Learning")
    check(writer.http.get("/v1/meta"), "/v1/meta")
    check(writer.http.get("/v1/snapshot"), "/v1/snapshot")
    _, cursor = writer.snapshot()
    check(writer.changes(cursor), "/v1/changes")
    market.event("remove", call_request_id=market.event("invite")["id"])
    changed = writer.changes(cursor)
    assert [change["op"] for change in changed.json()["changes"]] == ["delete"]
    check(changed, "/v1/changes")
    check(writer.http.get(f"/v1/call-requests/{call['id']}"), CALL)
    check(writer.http.get("/v1/call-requests/nobody"), CALL)
    check(writer.http.get(f"/v1/call-requests/{call['id']}/notes/prepared"), f"{CALL}/notes/{{part}}")
    check(writer.http.get("/v1/profile"), "/v1/profile")
    check(writer.http.get("/v1/commands/none"), "/v1/commands/{key}")


def test_the_answers_to_all_commands_are_true_to_the_contract(market: RunningMarketplace, writer: Writer) -> None:
    accepted, declined = market.event("invite", starts_in_minutes=6), market.event("invite")
    check(writer.accept(accepted, key="contract-1"), f"{CALL}/acceptance", "post")
    check(writer.accept(accepted, key="contract-1"), f"{CALL}/acceptance", "post")
    check(writer.accept(accepted, 2), f"{CALL}/acceptance", "post")
    check(writer.http.get("/v1/commands/contract-1"), "/v1/commands/{key}")
    check(writer.decline(declined), f"{CALL}/decline", "post")
    check(writer.decline(accepted), f"{CALL}/decline", "post")
    check(writer.report(accepted), f"{CALL}/no-show", "post")
    market.advance(15 * 60)
    check(writer.report(accepted), f"{CALL}/no-show", "post")
    check(writer.write_note(accepted, "Ask about the tone.", None), f"{CALL}/notes/{{part}}", "put")
    check(writer.http.get(f"/v1/call-requests/{accepted['id']}/notes/prepared"), f"{CALL}/notes/{{part}}")
    check(writer.write_note(accepted, "Another first note.", None), f"{CALL}/notes/{{part}}", "put")
    check(writer.set_profile(headline=("Plain words", 10**6)), "/v1/profile", "patch")
    check(writer.set_profile(findable=(True, 0)), "/v1/profile", "patch")
    check(writer.http.get("/v1/snapshot"), "/v1/snapshot")


def test_the_answers_of_sign_in_are_true_to_the_contract(market: RunningMarketplace) -> None:
    browser, program = Browser(market), Program(market)
    check(program.http.get("/.well-known/oauth-authorization-server"), "/.well-known/oauth-authorization-server")
    page = browser.open(**WISH)
    check(page.answer, "/authorize")
    check(browser.open(**WISH | {"scope": "all"}).answer, "/authorize")
    check(browser.open(**WISH | {"redirect_uri": "https://evil.example"}).answer, "/authorize")
    check(browser.send(page, name="x" * 41), "/authorize", "post")
    check(browser.send(page, mark=""), "/authorize", "post")
    back = browser.send(page)
    check(back, "/authorize", "post")
    tokens = program.redeem(query_of(back)["code"])
    check(tokens, "/token", "post")
    check(program.refresh("nothing"), "/token", "post")
    check(program.refresh("nothing", client_id="another"), "/token", "post")
    check(program.revoke(tokens.json()["refresh_token"]), "/revoke", "post")
    check(program.http.post("/revoke"), "/revoke", "post")
    codes = program.http.post("/device", data={"client_id": "foreword-desktop"})
    check(codes, "/device", "post")
    check(program.http.post("/device", data={"client_id": "another"}), "/device", "post")
    check(program.poll(codes.json()["device_code"]), "/token", "post")
    page = browser.open("/device", user_code=codes.json()["user_code"])
    check(page.answer, "/device")
    check(browser.send(page, user_code="nothing"), "/device/answer", "post")
    check(browser.send(page), "/device/answer", "post")
    browser.close()
    program.close()


def test_the_contract_names_every_problem_code_of_the_server() -> None:
    from marketplace.sandbox.problems import CATALOGUE

    named = CONTRACT["components"]["schemas"]["Problem"]["properties"]["code"]["description"]
    assert set(CATALOGUE) <= {word.strip() for word in named.replace("\n", " ").split(",")}


def test_the_contract_ships_with_the_package() -> None:
    import marketplace

    assert (Path(marketplace.__file__).parent / "openapi.yaml").is_file()
