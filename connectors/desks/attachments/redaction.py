"""Blacking out parts of a picture (遮盖): drawn with the mouse over it, one box after another."""

import io
from collections.abc import Awaitable, Callable

from nicegui import events, ui
from PIL import Image

from connectors.desks.frame import told
from connectors.desks.widgets import button, heading
from routing.attachments.inspection import Box

_NOTE = (
    "按住鼠标在图上拖出方框，盖住人脸、门牌号、店名、车牌、单据上的姓名电话等能认出举报人的内容。"
    "确认没有这类内容的，可以不画框直接保存。"
)


def ask_boxes(content: bytes, save: Callable[[tuple[Box, ...]], Awaitable[None]]) -> None:
    """Open a picture in a dialog and have boxes drawn over it."""
    picture = Image.open(io.BytesIO(content))
    with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog wide"):
        heading("遮盖附件")
        ui.label(_NOTE).classes("desk-note")
        drawing = _Drawing(picture)

        async def keep() -> None:
            await save(tuple(_share(box, *picture.size) for box in drawing.boxes))
            dialog.close()

        with ui.element("div").classes("desk-actions"):
            button("保存遮盖后的版本", told(keep), "main", mark="redact-save")
            button("撤销上一个框", drawing.undo, "quiet", mark="redact-undo")
            button("取消", dialog.close, "quiet")


class _Drawing:
    """The picture with the boxes over it; corners in its own pixels."""

    def __init__(self, picture: Image.Image) -> None:
        self.boxes: list[tuple[float, float, float, float]] = []
        self._begun: tuple[float, float] | None = None
        self._image = ui.interactive_image(
            picture, on_mouse=self._mouse, events=["mousedown", "mouseup"], cross="#a8071a"
        )
        self._image.props("data-mark=redact-image").classes("desk-redaction")

    def undo(self) -> None:
        """Take the last box away."""
        if self.boxes:
            self.boxes.pop()
            self._show()

    def _mouse(self, event: events.MouseEventArguments) -> None:
        at = (event.image_x, event.image_y)
        if event.type == "mousedown":
            self._begun = at
        elif self._begun is not None:
            (x, y), self._begun = self._begun, None
            if abs(at[0] - x) > 1 and abs(at[1] - y) > 1:
                self.boxes.append((min(x, at[0]), min(y, at[1]), max(x, at[0]), max(y, at[1])))
            self._show()

    def _show(self) -> None:
        self._image.content = "".join(
            f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" />'
            for left, top, right, bottom in self.boxes
        )


def _share(box: tuple[float, float, float, float], width: int, height: int) -> Box:
    left, top, right, bottom = box
    return Box(
        max(0.0, left / width),
        max(0.0, top / height),
        min(1.0, right / width),
        min(1.0, bottom / height),
    )
