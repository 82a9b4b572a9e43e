import httpx
import pytest

CODE = "M0113"


def test_notice_carries_the_questions_of_its_matter(http: httpx.Client) -> None:
    notice = http.get(f"/api/guides/{CODE}").json()

    assert notice["selection"] is None
    assert [one["key"] for one in notice["questions"]] == ["card", "half_year", "ground", "carer"]
    assert notice["questions"][2]["answers"][0] == {"key": "work", "label": "凭工作"}
    assert http.get("/api/guides/M0116").json()["questions"] == []


def test_link_with_answers_gives_the_selection(http: httpx.Client) -> None:
    case = "carer.no,ground.work"
    selection = http.get(f"/api/guides/{CODE}", params={"for": case}).json()["selection"]

    assert (selection["needed"], selection["open"], selection["case"]) == ([1, 2, 4], [], case)
    assert selection["dropped"][0] == "居住地住址证明（您的情况：凭工作）"
    given = {"answers": {"carer": "no", "ground": "work"}}
    assert http.post(f"/api/guides/{CODE}/selection", json=given).json() == selection


def test_selection_names_the_matter_that_is_meant_instead(http: httpx.Client) -> None:
    given = {"answers": {"card": "yes"}}

    assert http.post(f"/api/guides/{CODE}/selection", json=given).json()["switch"] == {
        "code": "M0114",
        "title": "居住证签注",
        "why": "已经有居住证、每年续一次的，是居住证签注",
    }


def test_text_and_pdf_are_of_the_case_in_the_link(http: httpx.Client) -> None:
    case = {"for": "carer.no,ground.study"}
    text = http.get(f"/api/guides/{CODE}/notice.txt", params=case).text
    own = http.get(f"/guides/{CODE}/notice.pdf", params=case)
    whole = http.get(f"/guides/{CODE}/notice.pdf")

    assert "【要带的材料（3样）】" in text
    assert "就业证明（您的情况：凭上学）" in text
    assert "【办理流程】" in text
    assert own.headers["content-type"] == "application/pdf"
    assert own.content != whole.content


@pytest.mark.parametrize("case", ["ground.nothing", "nobody.knows", "ground", "a.b" * 200])
def test_answers_that_are_not_asked_are_refused(http: httpx.Client, case: str) -> None:
    assert http.get(f"/api/guides/{CODE}", params={"for": case}).status_code == 422
    assert http.get(f"/guides/{CODE}/notice.pdf", params={"for": case}).status_code == 422


def test_matter_without_questions_has_no_selection(http: httpx.Client) -> None:
    refused = http.post("/api/guides/M0116/selection", json={"answers": {}})

    assert refused.status_code == 404
    assert http.get("/api/guides/M0116", params={"for": "a.b"}).json()["selection"] is None


def test_checklist_leaves_out_what_falls_away(http: httpx.Client) -> None:
    given = {"held": [1, 2], "cases": [4], "dropped": [3, 5, 6]}
    checked = http.post(f"/api/guides/{CODE}/checklist", json=given).json()

    assert [one["number"] for one in checked["items"]] == [1, 2, 4]
    assert checked["sentence"] == "还缺：就业证明。"
