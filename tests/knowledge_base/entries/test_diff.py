from knowledge_base.entries.diff import FieldChange, field_changes


def test_diff_names_the_one_field_that_changed() -> None:
    before = {"title": "补领", "fee": {"items": [{"name": "工本费", "amount_yuan": 40.0}]}}
    after = {"title": "补领", "fee": {"items": [{"name": "工本费", "amount_yuan": 20.0}]}}

    assert field_changes(before, after) == [
        FieldChange(field="fee.items[0].amount_yuan", before=40.0, after=20.0)
    ]


def test_diff_of_an_inserted_document_leaves_those_that_follow_alone() -> None:
    before = {"documents": [{"name": "身份证"}, {"name": "照片"}]}
    after = {"documents": [{"name": "身份证"}, {"name": "户口簿"}, {"name": "照片"}]}

    assert field_changes(before, after) == [
        FieldChange(field="documents[1]", after={"name": "户口簿"})
    ]
    assert field_changes(after, before) == [
        FieldChange(field="documents[1]", before={"name": "户口簿"})
    ]


def test_diff_passes_over_empty_fields_and_the_version_number() -> None:
    before = {"version": 1, "title": "补领", "issuer": None, "ways": []}

    assert field_changes(before, {"version": 7, "title": "补领"}) == []


def test_diff_keeps_what_is_false_or_zero() -> None:
    assert field_changes({"free": True}, {"free": False, "visits": 0}) == [
        FieldChange(field="free", before=True, after=False),
        FieldChange(field="visits", after=0),
    ]


def test_diff_of_a_new_guide_holds_every_field() -> None:
    assert field_changes({}, {"title": "补领", "aliases": ["补证"]}) == [
        FieldChange(field="title", after="补领"),
        FieldChange(field="aliases", after=["补证"]),
    ]
