import httpx
import pytest

CODE = "B01"


def test_bundles_are_listed_in_order(http: httpx.Client) -> None:
    listed = http.get("/api/bundles").json()

    assert [one["code"] for one in listed] == [f"B0{number}" for number in range(1, 9)]
    assert (listed[0]["title"], listed[0]["steps"]) == ("新生儿出生", 8)


def test_bundle_gives_its_questions_and_basis(http: httpx.Client) -> None:
    bundle = http.get("/api/bundles/B06").json()

    assert [one["key"] for one in bundle["questions"]] == ["hardship", "pension", "house", "notary"]
    assert bundle["questions"][-1]["asked_when"] == {"house": True}
    assert "一件事一次办" in bundle["basis"]
    assert bundle["demo"] is True


def test_plan_orders_steps_and_merges_documents(http: httpx.Client) -> None:
    answers = {"registered": True, "mother_insured": False, "wants_card": True}
    plan = http.post(f"/api/bundles/{CODE}/plan", json={"answers": answers}).json()

    assert [(one["number"], one["matter"]) for one in plan["steps"]] == [
        (1, "M1302"),
        (2, "M0106"),
        (3, "M1311"),
        (4, "M0602"),
        (5, "M0414"),
        (6, "M1304"),
    ]
    born = next(one for one in plan["documents"] if one["name"] == "出生医学证明")
    assert born["to_bring"] is False
    assert {2, 6} <= set(born["steps"])
    assert plan["open_questions"] == []
    assert plan["visits_together"] < plan["visits_apart"]


def test_plan_without_answers_says_what_is_open(http: httpx.Client) -> None:
    plan = http.post(f"/api/bundles/{CODE}/plan", json={}).json()

    assert [one["steps"] for one in plan["open_questions"]] == [
        ["生育登记"],
        ["社会保障卡申领"],
        ["生育津贴支付"],
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"answers": {"no_such_question": True}},
        {"answers": {"registered": "maybe"}},
        {"answers": {"x" * 41: True}},
        {"answers": {f"q{number}": True for number in range(60)}},
        {"else": 1},
    ],
)
def test_plan_refuses_what_the_bundle_does_not_ask(
    http: httpx.Client, body: dict[str, object]
) -> None:
    refused = http.post(f"/api/bundles/{CODE}/plan", json=body)

    assert refused.status_code == 422
    assert refused.json()["message"]


def test_plan_text_and_pdf_are_of_the_same_plan(http: httpx.Client) -> None:
    body = {"answers": {"registered": True, "mother_insured": True, "wants_card": False}}
    text = http.post(f"/api/bundles/{CODE}/plan.txt", json=body)
    printed = http.post(f"/api/bundles/{CODE}/plan.pdf", json=body)

    assert text.text.startswith("新生儿出生 一件事一次办\n")
    assert "生育津贴支付" in text.text
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    assert http.post(f"/api/bundles/{CODE}/plan.pdf", json=body).content == printed.content


@pytest.mark.parametrize("path", ["/bundles", "/bundles/B05"])
def test_bundle_pages_hold_no_inline_code(http: httpx.Client, path: str) -> None:
    page = http.get(path)

    assert page.status_code == 200
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert " style=" not in page.text
    assert "<script>" not in page.text


def test_unknown_bundle_is_not_found(http: httpx.Client) -> None:
    assert http.get("/api/bundles/B99").status_code == 404
    assert http.get("/bundles/B99").status_code == 404
    assert http.post("/api/bundles/B99/plan", json={}).status_code == 404
