"""For partners' programs (F27): indicators as CSV and JSON, campaigns in the shape of OSDI; public, no session."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from analytics import indicators
from analytics.indicator_desk import Shared, SharedCampaign
from web.parts import Indicators

PER_PAGE, MOST_PER_PAGE = 25, 100
HAL = "application/hal+json"
HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Anybody's page may read it: nothing in it depends on who asks."""

DOCS = "https://opensupporter.github.io/osdi-docs/{rel}.html"


def router(desk: Indicators, root: str, *, simulated: bool = False) -> APIRouter:
    """`root` is the address that people reach us at; `simulated` in a demo."""
    routes = APIRouter(prefix="/api/v1")
    base = f"{root}/api/v1"

    @routes.get("")
    async def entry(request: Request) -> Response:
        return _answer(request, _entry(base), HAL)

    @routes.get("/indicators.csv")
    async def as_csv(request: Request) -> Response:
        shared = await desk.current()
        return _answer(request, await asyncio.to_thread(indicators.as_csv, shared.records), "text/csv; header=present")

    @routes.get("/indicators.json")
    async def as_json(request: Request) -> Response:
        shared = await desk.current()
        titles = {campaign.id: campaign.title for campaign in shared.campaigns}
        told = (shared.records, titles, shared.rule, shared.corrections)
        make = partial(indicators.as_json, *told, simulated=simulated)
        made = await asyncio.to_thread(make)
        return _answer(request, made, "application/json")

    @routes.get("/datapackage.json")
    async def package(request: Request) -> Response:
        return _answer(request, indicators.package(root), "application/json")

    @routes.get("/indicators.schema.json")
    async def schema(request: Request) -> Response:
        return _answer(request, indicators.schema(), "application/schema+json")

    _add_campaigns(routes, desk, root)
    return routes


def _add_campaigns(routes: APIRouter, desk: Indicators, root: str) -> None:
    @routes.get("/campaigns")
    async def campaigns(request: Request, page: str = "1", per_page: str = str(PER_PAGE)) -> Response:
        at, size = _number(page, 100_000), _number(per_page, MOST_PER_PAGE)
        if at is None or size is None:
            return _refused(request, 400, f"page counts from 1, per_page goes from 1 to {MOST_PER_PAGE}.")
        return _answer(request, _listed(await desk.current(), at, size, root), HAL)

    @routes.get("/campaigns/{number}")
    async def campaign(request: Request, number: str) -> Response:
        shared = await desk.current()
        found = next((each for each in shared.campaigns if str(each.id) == number), None)
        if found is None:
            return _refused(request, 404, f"There is no such campaign. {root}/api/v1/campaigns lists them.")
        return _answer(request, _campaign(found, root), HAL)


def _entry(base: str) -> dict[str, Any]:
    """OSDI's API entry point."""
    return {
        "osdi_version": "1.2.0",
        "product_name": "Groundswell",
        "namespace": "groundswell",
        "max_pagesize": MOST_PER_PAGE,
        "_links": {
            "self": {"href": base},
            "osdi:advocacy_campaigns": {"href": f"{base}/campaigns"},
            "groundswell:indicators": [
                {"href": f"{base}/indicators.json", "type": "application/json"},
                {"href": f"{base}/indicators.csv", "type": "text/csv"},
            ],
            "describedby": [{"href": f"{base}/datapackage.json"}, {"href": f"{base}/indicators.schema.json"}],
            "curies": _curies(base),
        },
    }


def _listed(shared: Shared, page: int, size: int, root: str) -> dict[str, Any]:
    base, total = f"{root}/api/v1/campaigns", len(shared.campaigns)
    pages = max(1, -(-total // size))
    shown = shared.campaigns[(page - 1) * size : page * size]
    links: dict[str, Any] = {"self": {"href": f"{base}?page={page}&per_page={size}"}}
    if page < pages:
        links["next"] = {"href": f"{base}?page={page + 1}&per_page={size}"}
    if 1 < page <= pages:
        links["previous"] = {"href": f"{base}?page={page - 1}&per_page={size}"}
    links["osdi:advocacy_campaigns"] = [{"href": f"{base}/{each.id}"} for each in shown]
    links["curies"] = _curies(f"{root}/api/v1")
    return {
        "total_pages": pages,
        "per_page": size,
        "page": page,
        "total_records": total,
        "_links": links,
        "_embedded": {"osdi:advocacy_campaigns": [_campaign(each, root) for each in shown]},
    }


def _campaign(campaign: SharedCampaign, root: str) -> dict[str, Any]:
    """An OSDI advocacy campaign without outreaches, because there are none of persons; counts stand beside it."""
    made: dict[str, Any] = {
        "identifiers": [f"groundswell:{campaign.id}"],
        "origin_system": "Groundswell",
        "name": campaign.title,
        "title": campaign.title,
        "type": campaign.kind,
        "targets": _targets(campaign.precincts),
        "browser_url": f"{root}/reports/{campaign.id}",
        "groundswell:status": campaign.status,
        "groundswell:precincts": list(campaign.precincts),
        "groundswell:counts": [_count(record.as_json()) for record in campaign.counts],
        "_links": {
            "self": {"href": f"{root}/api/v1/campaigns/{campaign.id}"},
            "groundswell:indicators": {"href": f"{root}/api/v1/indicators.json"},
        },
    }
    if campaign.launched_at is not None:
        made["created_date"] = campaign.launched_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return made


def _count(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("id", "indicator", "unit", "value", "data_through", "edition")}


def _targets(precincts: Sequence[int]) -> str:
    return f"New York City police precincts {', '.join(str(number) for number in precincts)}"


def _curies(base: str) -> list[dict[str, Any]]:
    own = {"name": "groundswell", "href": f"{base}/datapackage.json#{{rel}}", "templated": True}
    return [{"name": "osdi", "href": DOCS, "templated": True}, own]


def _number(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= most else None


def _answer(request: Request, content: object, media_type: str, status: int = 200) -> Response:
    """With a strong ETag of the content; 304 for a reader who has it."""
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {**HEADERS, "ETag": tag}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if status == 200 and (tag in known or "*" in known):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type)


def _refused(request: Request, status: int, message: str) -> Response:
    """In OSDI's shape of an error."""
    said = {
        "request_type": "atomic",
        "response_code": status,
        "resource_status": [{"errors": [{"description": message}]}],
    }
    response = _answer(request, said, HAL, status)
    response.headers["Cache-Control"] = "no-store"
    return response
