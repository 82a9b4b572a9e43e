"""Logging in and out: plain forms that work without a script."""

import hmac
import secrets
from html import escape
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from connectors.http.errors import TooManyRequestsError
from connectors.http.guards import client_address
from connectors.http.limits import SlidingWindow
from connectors.staff.sessions import COOKIE, LOGIN_PATH, StaffSessions, home
from foundation.access.errors import LoginRefusedError
from foundation.errors import HotlineError, PermissionDeniedError

# The form is protected before there is a session: cookie and field must carry the same value.
_FORM_COOKIE = "hotline_login_form"
_FORM_EXPIRED = "登录页已过期，请重新填写后登录。"
_TOO_OFTEN = "登录尝试过于频繁，请等一分钟再试。"
# Each try costs an argon2 hash: one address may not keep the machine busy with them. A login that
# succeeds does not count: a whole hall of operators shares one address when the shift begins.
_TRIES, _TRIES_SECONDS = 30, 60.0
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>工作人员登录</title>
<link rel="icon" href="/static/icon.svg">
<link rel="stylesheet" href="/static/tokens.css">
<link rel="stylesheet" href="/static/staff-login.css">
</head>
<body>
<main>
<h1>12345热线工作台</h1>
<p class="note">供坐席、派单员、承办单位和管理员使用。</p>
<form method="post" action="{action}">
<input type="hidden" name="form_token" value="{form_token}">
<label>账号<input name="username" value="{username}" autocomplete="username" maxlength="64"
 required{focus_name}></label>
<label>密码<input name="password" type="password" autocomplete="current-password"
 maxlength="256" required{focus_password}></label>
{fault}
<button type="submit">登录</button>
</form>
<p class="note">没有账号或忘记密码，请联系本单位的系统管理员。</p>
</main>
</body>
</html>
"""


def router(sessions: StaffSessions, *, https: bool) -> APIRouter:
    """Return the login routes; ``https`` marks the cookies Secure."""
    routes = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False)
    tries = SlidingWindow("login", _TRIES, _TRIES_SECONDS)

    def form(fault: str = "", status_code: int = HTTPStatus.OK, username: str = "") -> Response:
        form_token = secrets.token_urlsafe(24)
        response = HTMLResponse(_page(form_token, fault, username), status_code)
        response.headers["Cache-Control"] = "no-store"
        _set_cookie(response, _FORM_COOKIE, form_token, https=https)
        return response

    @routes.get("/login")
    def show_form() -> Response:
        """Show the login form."""
        return form()

    @routes.post("/login")
    async def log_in(
        request: Request,
        username: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        """Open a session and go to the account's own desk."""
        if not _same(request.cookies.get(_FORM_COOKIE, ""), form_token):
            return form(_FORM_EXPIRED, HTTPStatus.FORBIDDEN, username)
        address = client_address(request)
        try:
            tries.check(address)
            login = await sessions.log_in(username[:64], password[:256])
        except TooManyRequestsError as error:
            return form(_TOO_OFTEN, error.status_code, username)
        except HotlineError as error:
            return form(error.user_message, error.status_code, username)
        tries.give_back(address)
        response = RedirectResponse(home(login.account), HTTPStatus.SEE_OTHER)
        _set_cookie(response, COOKIE, login.token, https=https)
        response.delete_cookie(_FORM_COOKIE, path="/")
        return response

    @routes.post("/logout")
    async def log_out(request: Request, csrf_token: Annotated[str, Form()] = "") -> Response:
        """Close the session; one that has ended already is no fault."""
        try:
            login = await sessions.current(request.cookies)
        except LoginRefusedError:
            return RedirectResponse(LOGIN_PATH, HTTPStatus.SEE_OTHER)
        if not _same(login.csrf_token, csrf_token):
            raise PermissionDeniedError("form token does not match")
        await sessions.log_out(login)
        response = RedirectResponse(LOGIN_PATH, HTTPStatus.SEE_OTHER)
        response.delete_cookie(COOKIE, path="/")
        return response

    return routes


def _page(form_token: str, fault: str, username: str) -> str:
    return _PAGE.format(
        action=LOGIN_PATH,
        form_token=form_token,
        username=escape(username[:64]),
        focus_name="" if username else " autofocus",
        focus_password=" autofocus" if username else "",
        fault=f'<p role="alert">{escape(fault)}</p>' if fault else "",
    )


def _same(expected: str, given: str) -> bool:
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode())


def _set_cookie(response: Response, name: str, value: str, *, https: bool) -> None:
    response.set_cookie(name, value, path="/", httponly=True, secure=https, samesite="strict")
