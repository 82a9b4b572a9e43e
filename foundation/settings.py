"""Everything that differs between installations, read once from ``HOTLINE_*`` variables."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from foundation.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """One typed object; a bad value stops the start with a sentence naming the variable."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", extra="forbid", frozen=True)

    data_dir: Path = ROOT / "var"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # structured lines for machines, or plain ones for the person in front of a terminal
    log_format: Literal["json", "plain"] = "json"

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    public_url: str | None = None
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()

    database_url: SecretStr | None = None

    rasa: Literal["on", "off"] = "on"
    rasa_url: str = "http://127.0.0.1:5005"
    # a turn with an action takes 69-79 ms on 2 cores; past this the citizen gets the degraded path
    rasa_timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 3.0

    # a local sentence-transformers folder or hub name; None is the shipped encoder
    encoder_model: str | None = None
    # a cross-encoder that reads the first few matters again; likewise, and None is none
    reranker_model: str | None = None

    # where the vectors of the guides are searched: FAISS in each process, or one Milvus for all
    vector_index: Literal["faiss", "milvus"] = "faiss"
    # http(s)://… of a server, or the path of a local file; None is a file in ``data_dir``
    milvus_uri: str | None = None
    milvus_token: SecretStr | None = None

    rule_pack: str = "guangdong_2022"
    # a city's own rules of supervision; None is routing/city/supervision.yml
    supervision_policy: Path | None = None
    staffed_from: time = time(0, 0)
    staffed_until: time = time(23, 59, 59)

    # how far back an unanswered ticket may still be the same as a new one
    duplicate_days: Annotated[int, Field(ge=1, le=366)] = 30
    # a hot issue: so many tickets of one place and matter in so many days, so many times the usual
    hot_issue_days: Annotated[int, Field(ge=1, le=60)] = 7
    hot_issue_least: Annotated[int, Field(ge=2, le=1000)] = 5
    hot_issue_growth: Annotated[float, Field(ge=1, le=100)] = 2.0

    # calendar days from resolved until a ticket is archived by itself; 0 is by hand only. No rule
    # sets it: about a month, in which whoever disagrees can still say so
    archive_after_days: Annotated[int, Field(ge=0, le=3650)] = 30

    wechat_token: SecretStr | None = None
    wechat_aes_key: SecretStr | None = None
    wechat_app_id: str | None = None

    session_hours: Annotated[int, Field(ge=1, le=72)] = 12

    @model_validator(mode="after")
    def _refuse_exposed_http(self) -> Self:
        loopback = self.host in {"127.0.0.1", "::1", "localhost"}
        secure = (self.public_url or "").startswith("https://") and bool(self.trusted_proxies)
        if not loopback and not secure:
            raise ValueError(
                "HOTLINE_HOST beyond loopback needs HOTLINE_PUBLIC_URL=https://… "
                "and HOTLINE_TRUSTED_PROXIES naming the proxy in front"
            )
        wechat = (self.wechat_token, self.wechat_aes_key, self.wechat_app_id)
        if any(wechat) and not all(wechat):
            raise ValueError(
                "HOTLINE_WECHAT_TOKEN, HOTLINE_WECHAT_AES_KEY and HOTLINE_WECHAT_APP_ID "
                "are set together or not at all"
            )
        return self

    @property
    def resolved_database_url(self) -> str:
        """The database's URL; SQLite in ``data_dir`` unless one is given."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'hotline.db'}"


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        ConfigurationError: a variable has a value that cannot be used; the message names each.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"HOTLINE_{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            if fault["loc"]
            else fault["msg"]
            for fault in error.errors()
        )
        raise ConfigurationError(f"settings refused: {faults}") from error
