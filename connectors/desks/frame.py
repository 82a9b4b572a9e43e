"""What every desk shares: the guard at the door, the head of the page, words to the person."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import context, ui

from connectors.staff.sessions import DESKS, LOGIN_PATH, StaffSessions
from foundation.access.errors import LoginRefusedError
from foundation.access.permissions import Permission
from foundation.access.service import Account, Login
from foundation.errors import HotlineError

logger = logging.getLogger(__name__)

Page = Callable[[Request], Awaitable[RedirectResponse | None]]

# Colour is never the only sign.
_SIGNS = {"positive": "✓ ", "negative": "! ", "warning": "! ", "info": ""}
Kind = Literal["positive", "negative", "warning", "info"]

FAILED = "没有成功，请稍后再试；仍然不行，请联系管理员。"
_BUSY_AFTER_SECONDS = 0.3
_NOTICE_MS = 8_000


class Door:
    """The login behind an open page, asked again before each protected act.

    A page stays open after its session has ended elsewhere (logout, a new password): what it
    still asks for is refused from then on.
    """

    def __init__(self, sessions: StaffSessions, login: Login) -> None:
        self._sessions = sessions
        self.login = login

    @property
    def account(self) -> Account:
        """Who is acting, as of the last check."""
        return self.login.account

    async def check(self) -> Account:
        """Return the account if the session still stands; raises ``LoginRefusedError``."""
        self.login = await self._sessions.resume(self.login.token)
        return self.account

    async def require(self, permission: Permission) -> Account:
        """Return the account if it may; raises ``LoginRefusedError``, ``ActionNotAllowedError``."""
        account = await self.check()
        account.require(permission)
        return account


def guarded(
    sessions: StaffSessions,
    permission: Permission | None,
    title: str,
    build: Callable[[Door], Awaitable[None]],
) -> Page:
    """Return a page that only accounts with ``permission`` reach; others go to the login."""

    async def page(request: Request) -> RedirectResponse | None:
        try:
            login = await sessions.current(request.cookies)
        except LoginRefusedError:
            return RedirectResponse(LOGIN_PATH)
        header(login, title)
        if permission is None or login.account.may(permission):
            await build(Door(sessions, login))
        else:
            _no_permission()
        return None

    return page


def header(login: Login, title: str) -> None:
    """Draw the head of a desk: where one is, where else one may go, who one is, the way out."""
    ui.colors(primary="#0958d9", positive="#237804", warning="#ad6800", negative="#a8071a")
    for sheet in ("tokens.css", "desk.css"):
        ui.add_head_html(f'<link rel="stylesheet" href="/static/{sheet}">')
    ui.add_head_html('<script src="/static/desk.js" defer></script>')
    with ui.element("header").classes("desk-head"):
        with ui.element("h1").classes("desk-title"):
            ui.label(title)
        with ui.element("nav").classes("desk-nav").props('aria-label="工作台"'):
            for desk in DESKS:
                if login.account.may(desk.permission) and desk.title != title:
                    # A plain link: the framework's own would put its mount path before it.
                    with ui.element("a").props(f'href="{desk.path}"'):
                        ui.label(desk.title)
        roles = "、".join(sorted(role.label for role in login.account.roles))
        ui.label(f"{login.account.display_name}（{roles}）").classes("desk-who")
        with ui.element("form").props('method="post" action="/staff/logout"'):
            token = ui.element("input").props('type="hidden" name="csrf_token"')
            token.props["value"] = login.csrf_token
            with ui.element("button").props('type="submit"').classes("desk-link"):
                ui.label("退出")


def told(action: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[None]]:
    """Return ``action`` with its wait shown, and a refusal told as a sentence instead of lost."""

    @wraps(action)
    async def tell(*arguments: Any) -> None:
        client = context.client
        loop = asyncio.get_running_loop()
        busy = loop.call_later(_BUSY_AFTER_SECONDS, client.run_javascript, "hotlineDesk.busy(true)")
        try:
            await action(*arguments)
        except LoginRefusedError:
            to_login()
        except HotlineError as error:
            say(error.user_message, "warning")
        except Exception:  # the person must hear of it whatever it was
            logger.exception("desk action failed: %s", getattr(action, "__name__", "action"))
            say(FAILED, "negative")
        finally:
            busy.cancel()
            client.run_javascript("hotlineDesk.busy(false)")

    return tell


def to_login() -> None:
    """Leave for the login; the framework's own navigation stays under its mount path."""
    ui.run_javascript(f"location.assign('{LOGIN_PATH}')")


def say(sentence: str, kind: Kind = "info") -> None:
    """Tell the person something at the top of the page, without taking the focus."""
    ui.notify(
        f"{_SIGNS[kind]}{sentence}",
        position="top",
        timeout=_NOTICE_MS,
        close_button="知道了",
        progress=False,
        # No colour of the framework's: its white would win over the style sheet's ink.
        textColor="ink",
        classes=f"desk-notice {kind}",
    )


def _no_permission() -> None:
    with ui.element("div").classes("desk-alone"):
        ui.label("您没有权限打开这个工作台").classes("desk-heading")
        ui.label("如需使用，请联系管理员开通；或者从上方进入您自己的工作台。").classes("desk-empty")
