"""``hotline kb tests``: questions that an entry must answer, stored and asked again."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.cli.learning_desk import learning_desk
from knowledge_base.schema import FacetName
from knowledge_base.stored_tests.service import stored_questions
from retrieval.rehearsal import rehearse

app = typer.Typer(help="测试问题：条目改动时重新提问，答不对就拦住发布。", no_args_is_help=True)

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_Code = Annotated[str | None, typer.Argument(help="事项编码；不写则为全部。")]


@app.command("add", help="给一个事项添加测试问题。")
def add_command(
    code: Annotated[str, typer.Argument(help="事项编码。")],
    question: Annotated[str, typer.Argument(help="市民会怎么问。")],
    user: _User,
    facet: Annotated[
        FacetName | None, typer.Option("--facet", help="须答到的要素；不写则不限。")
    ] = None,
) -> None:
    """Store a question that the entry must answer."""
    with learning_desk() as desk:
        account = desk.account(user)
        with desk.database.transaction() as session:
            added = desk.learning.tests.add(session, account, code, question, facet)
    typer.echo(f"已添加测试问题 {added.id}：{added.question}")


@app.command("remove", help="删除测试问题（须有审核权限）。")
def remove_command(
    test_id: Annotated[int, typer.Argument(help="测试问题编号。")], user: _User
) -> None:
    """Drop a test question."""
    with learning_desk() as desk:
        account = desk.account(user)
        with desk.database.transaction() as session:
            desk.learning.tests.remove(session, account, test_id)
    typer.echo(f"已删除测试问题 {test_id}。")


@app.command("list", help="列出测试问题。")
def list_command(code: _Code = None) -> None:
    """Show the stored questions."""
    with learning_desk() as desk, desk.database.reading() as session:
        tests = stored_questions(session, code)
    if not tests:
        typer.echo("没有测试问题。")
        return
    table = Table("编号", "事项", "问题", "要素")
    for one in tests:
        table.add_row(str(one.id), one.code, one.question, one.facet.label if one.facet else "不限")
    Console().print(table)


@app.command("run", help="用在用的知识库回答测试问题；有没通过的，退出码为 1。")
def run_command(code: _Code = None) -> None:
    """Ask every stored question as citizens would be answered today."""
    with learning_desk() as desk:
        with desk.database.reading() as session:
            tests = stored_questions(session, code)
        if tests:
            desk.retriever.warm_up()
        results = rehearse(desk.retriever.present, tests)
    failed = [one for one in results if not one.passed]
    for one in failed:
        typer.echo(f"{one.test.code} 第 {one.test.id} 题“{one.test.question}”：{one.found}")
    typer.echo(f"共 {len(results)} 题，通过 {len(results) - len(failed)} 题。")
    if failed:
        raise typer.Exit(1)
