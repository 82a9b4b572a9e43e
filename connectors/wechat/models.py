"""What WeChat has been given: WeChat fetches replies, it cannot be pushed to."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base
from foundation.database.encrypted import EncryptedText


class WeChatDeliveryRow(Base):
    """How far one citizen's transcript has reached their phone."""

    __tablename__ = "wechat_deliveries"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    delivered_seq: Mapped[int] = mapped_column(default=0)
    # The rest of a text longer than one WeChat message.
    remainder: Mapped[str | None] = mapped_column(EncryptedText("wechat.remainder"))


class WeChatRequestRow(Base):
    """One MsgId: what had been delivered before it, so that a resend gets the same answer."""

    __tablename__ = "wechat_requests"

    message_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    from_seq: Mapped[int] = mapped_column()
