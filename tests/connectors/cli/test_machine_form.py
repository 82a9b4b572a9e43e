import io
import json
import subprocess
import sys

from connectors.cli.machine_form import JsonObject, answer_lines

_NOISY = """
import os
from connectors.cli.machine_form import json_only_output
with json_only_output() as output:
    print("a library talks")
    os.write(1, b"native code talks\\n")
    output.write('{"id": 1}\\n')
print("after")
"""


def test_standard_output_holds_nothing_but_the_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _NOISY], check=True, capture_output=True, text=True
    )

    assert done.stdout == '{"id": 1}\nafter\n'
    assert sorted(done.stderr.splitlines()) == ["a library talks", "native code talks"]


def test_bad_lines_get_an_error_under_their_id_and_order_is_kept() -> None:
    output = io.StringIO()

    answer_lines(['{"id": "1", "q": 3}', "", "nonsense", "[]", '{"id": "2"}'], _double, output)

    answers = [json.loads(line) for line in output.getvalue().splitlines()]
    assert answers[0] == {"id": "1", "double": 6}
    assert [answer["id"] for answer in answers] == ["1", None, None, "2"]
    assert [bool(answer.get("error")) for answer in answers] == [False, True, True, True]


def _double(line: JsonObject) -> JsonObject:
    if "q" not in line:
        raise ValueError("q is missing")
    return {"id": line["id"], "double": 2 * line["q"]}
