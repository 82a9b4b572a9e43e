"""The application: every connector on one FastAPI app.

``uvicorn --factory connectors.app:create_app``; ``hotline serve`` does so.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import Depends, FastAPI

from connectors import rasa_actions
from connectors.assembly import Services, build_services
from connectors.bundles.endpoints import router as bundles
from connectors.http.errors import install_error_handlers
from connectors.http.guards import Addresses, AddressGuard, require_private_network
from connectors.http.middleware import BodyLimit, RequestScope, SecurityHeaders
from connectors.notices.endpoints import router as notices
from connectors.operations import router as operations
from connectors.staff.endpoints import router as staff
from connectors.staff.sessions import StaffSessions
from connectors.ticket_api.deadline_routes import DeadlineApi
from connectors.ticket_api.deadline_routes import router as deadline_api
from connectors.ticket_api.endpoints import router as ticket_api
from connectors.ticket_api.matrix import APPEAL_PHOTOS as OPERATORS_PHOTOS
from connectors.ticket_api.matrix import PREFIX as TICKETS
from connectors.ticket_api.supervision import SupervisionApi
from connectors.ticket_api.supervision import router as supervision_api
from connectors.ticket_api.table_routes import TicketApi
from connectors.ui.citizen_pages import mount_citizen_pages
from connectors.web_chat.appeal_acts import PHOTOS as APPEAL_PHOTOS
from connectors.web_chat.appeal_acts import router as appeal_acts
from connectors.web_chat.endpoints import router as web_chat
from connectors.web_chat.photos import PHOTOS
from connectors.web_chat.photos import router as chat_photos
from connectors.wechat.channel import WeChatChannel
from connectors.wechat.crypto import MessageCrypto
from connectors.wechat.endpoints import router as wechat
from foundation.access.tokens import ServiceTokens
from foundation.logging import configure_logging
from foundation.settings import Settings, load_settings
from knowledge_base.exchange.service import ImportService
from routing.attachments.inspection import LARGEST_BYTES
from routing.follow_ups.service import FollowUpService
from routing.supervision.weekly import WeeklyReports
from routing.ticket_clocks.keeping import DeadlineKeeping

# Paths of the staff desks: a security policy of their own (NiceGUI needs inline code).
DESK_PREFIXES = ("/staff", "/desk", "/_nicegui")
# Desks and the ticket API take files; citizens' JSON never comes near 64 KiB.
_DESK_BODY_BYTES = 20 * 1024 * 1024


def create_app(
    settings: Settings | None = None,
    services: Services | None = None,
    *,
    with_desks: bool = True,
) -> FastAPI:
    """Return the whole application.

    Args:
        settings: read from the environment when not given.
        services: parts already built (tests); built from ``settings`` otherwise.
        with_desks: NiceGUI holds one application per process; a second one goes without desks.

    Raises:
        ConfigurationError: a setting or a data file must be repaired before the start.
    """
    settings = settings or load_settings()
    configure_logging(settings)
    built = services or build_services(settings)
    app = FastAPI(
        title="12345 热线助手",
        lifespan=_lifespan(built),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.services = built
    _add_layers(app, settings, built)
    install_error_handlers(app)
    app.include_router(web_chat)
    app.include_router(chat_photos(built.database, built.related.staging))
    app.include_router(appeal_acts(built.database, built.related.citizen_acts))
    app.include_router(operations)
    app.include_router(notices(lambda: built.library, built.clock))
    app.include_router(bundles(built.bundles, lambda: built.library, built.clock))
    _add_rasa(app, built)
    _add_wechat(app, settings, built)
    _add_staff(app, settings, built, with_desks=with_desks)
    mount_citizen_pages(app)
    return app


def _add_rasa(app: FastAPI, services: Services) -> None:
    """Where Rasa calls back: this machine or its private network, with the shared secret."""
    actions = rasa_actions.router(services.action_executor, services.keyring.secret("actions"))
    app.include_router(actions, dependencies=[Depends(require_private_network)])


def _add_wechat(app: FastAPI, settings: Settings, services: Services) -> None:
    """The official account, where one is set (settings refuses a part of the three)."""
    token, key, app_id = settings.wechat_token, settings.wechat_aes_key, settings.wechat_app_id
    if token is None or key is None or app_id is None:
        return
    crypto = MessageCrypto(token.get_secret_value(), key.get_secret_value(), app_id)
    channel = WeChatChannel(services.conversations, services.database, site=settings.public_url)
    app.include_router(wechat(crypto, channel, services.clock))


def _add_staff(app: FastAPI, settings: Settings, services: Services, *, with_desks: bool) -> None:
    """The staff's login, and their desks behind it."""
    sessions = StaffSessions(services.database, services.access)
    app.include_router(staff(sessions, https=_is_https(settings)))
    follow_ups = FollowUpService(services.clock, services.casework.tickets)
    api = TicketApi(
        database=services.database,
        access=services.access,
        sessions=sessions,
        tokens=ServiceTokens(services.clock),
        casework=services.casework,
        follow_ups=follow_ups,
        related=services.related,
        department_names={one.code: one.name for one in services.library.departments.values()},
        city=services.library.city,
        clock=services.clock,
    )
    app.include_router(ticket_api(api))
    reports = WeeklyReports(
        services.clock, services.casework.supervision.policy, services.library.departments
    )
    app.include_router(supervision_api(SupervisionApi(api, reports, services.clock)))
    keeping = _keeping(settings, services)
    app.include_router(deadline_api(DeadlineApi(api, keeping, services.clock)))
    if with_desks:
        _mount_desks(app, settings, services, api, reports, keeping)


def _mount_desks(
    app: FastAPI,
    settings: Settings,
    services: Services,
    api: TicketApi,
    reports: WeeklyReports,
    keeping: DeadlineKeeping,
) -> None:
    # Imported late: NiceGUI takes two seconds that machine forms and tests need not spend.
    from connectors.desks.knowledge.parts import KnowledgeParts  # noqa: PLC0415 -- see above
    from connectors.desks.mount import DeskParts, mount_desks  # noqa: PLC0415 -- see above
    from connectors.desks.supervision.parts import SupervisionParts  # noqa: PLC0415 -- see above

    parts = DeskParts(
        addresses=Addresses.of(settings),
        sessions=api.sessions,
        access=services.access,
        database=services.database,
        desk=services.desk,
        conversations=services.conversations,
        casework=services.casework,
        follow_ups=api.follow_ups,
        deadlines=services.deadlines,
        departments=services.library.departments,
        clock=services.clock,
        related=services.related,
        keeping=keeping,
        supervision=SupervisionParts.of(services, reports),
        knowledge=KnowledgeParts(
            database=services.database,
            entries=services.entries,
            # Before the start the library is the shipped one.
            imports=ImportService(services.database, services.library, services.entries),
            learning=services.learning,
            retriever=services.retriever,
            departments=services.library.departments,
            clock=services.clock,
        ),
    )
    mount_desks(app, parts)


def _keeping(settings: Settings, services: Services) -> DeadlineKeeping:
    clocks = services.casework.clocks
    return DeadlineKeeping(settings, services.clock, services.database, services.deadlines, clocks)


def _lifespan(services: Services) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with services.running():
            yield

    return lifespan


def _add_layers(app: FastAPI, settings: Settings, services: Services) -> None:
    """Wrap the app; what is added last is met first by a request."""
    limits = dict.fromkeys((*DESK_PREFIXES, TICKETS), _DESK_BODY_BYTES)
    limits |= dict.fromkeys((PHOTOS, APPEAL_PHOTOS, OPERATORS_PHOTOS), LARGEST_BYTES)
    app.add_middleware(BodyLimit, limits=limits)
    app.add_middleware(AddressGuard, addresses=Addresses.of(settings))
    app.add_middleware(SecurityHeaders, desk_prefixes=DESK_PREFIXES, https=_is_https(settings))
    app.add_middleware(RequestScope, metrics=services.metrics)


def _is_https(settings: Settings) -> bool:
    return (settings.public_url or "").startswith("https://")
