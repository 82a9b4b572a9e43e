import httpx
import pytest

CODE = "M0103"


def test_notice_gives_parts_documents_and_source(http: httpx.Client) -> None:
    notice = http.get(f"/api/guides/{CODE}").json()

    assert notice["title"] == "居民身份证丢失补领"
    assert [part["label"] for part in notice["parts"] if part["to_tick"]] == ["申请材料"]
    assert [one["number"] for one in notice["documents"]] == [1, 2]
    assert notice["version"] >= 1


def test_notice_checklist_answers_for_what_is_held(http: httpx.Client) -> None:
    nothing = http.post(f"/api/guides/{CODE}/checklist", json={"held": []}).json()
    everything = http.post(f"/api/guides/{CODE}/checklist", json={"held": [1, 2]}).json()

    assert [item["standing"] for item in nothing["items"]] == ["missing", "missing"]
    assert nothing["sentence"].startswith("还缺：居民户口簿、")
    assert everything["may_apply"] is True


@pytest.mark.parametrize(
    "body", [{"held": [99]}, {"held": ["x"]}, {"else": 1}, {"held": [1] * 300}]
)
def test_notice_checklist_refuses_what_the_guide_does_not_have(
    http: httpx.Client, body: dict[str, object]
) -> None:
    refused = http.post(f"/api/guides/{CODE}/checklist", json=body)

    assert refused.status_code == 422
    assert refused.json()["message"]


def test_notice_text_and_pdf_are_of_the_same_guide(http: httpx.Client) -> None:
    text = http.get(f"/api/guides/{CODE}/notice.txt")
    printed = http.get(f"/guides/{CODE}/notice.pdf")

    assert text.text.startswith("居民身份证丢失补领 一次性告知\n")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    assert http.get(f"/guides/{CODE}/notice.pdf").content == printed.content


@pytest.mark.parametrize("path", ["/api/guides/M9999", "/guides/M9999", "/guides/M9999/notice.pdf"])
def test_notice_of_an_unknown_matter_is_not_found(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404
