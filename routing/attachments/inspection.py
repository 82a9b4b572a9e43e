"""What may be taken, told by the content and never by the name; images made anew without metadata.

A picture is decoded and written again: the place where it was taken, the device, comments and
anything hidden behind the image are gone.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from routing.attachments.errors import FileRefusedError

LARGEST_BYTES = 10 * 1024 * 1024
_MOST_PIXELS = 40_000_000  # decoded: 160 MB
_IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_PDF = "application/pdf"
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", _PDF: ".pdf"}
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Box:
    """A part of an image, in shares of its width and height (0 to 1)."""

    left: float
    top: float
    right: float
    bottom: float


def suffix_of(media_type: str) -> str:
    """Return the usual ending of a file of this type."""
    return _SUFFIXES[media_type]


def inspected(content: bytes) -> Inspected:
    """Return the file as it may be kept.

    Raises:
        FileRefusedError: it is empty, too large, damaged or of another type.
    """
    if not content:
        raise FileRefusedError("empty", "文件是空的，请重新选择。")
    if len(content) > LARGEST_BYTES:
        raise FileRefusedError("too large", "文件超过10MB，请压缩后再传。")
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise FileRefusedError("torn PDF", "PDF文件不完整，请重新导出后再传。")
        return Inspected(content, _PDF)
    image, media_type = _opened(content)
    return Inspected(_written(image, media_type), media_type)


def redacted(content: bytes, boxes: Sequence[Box]) -> bytes:
    """Return an image with parts of it blacked out; what was there is gone.

    Args:
        content: of an image that was kept.
        boxes: what is blacked out; none: the dispatcher found nothing that gives anybody away.
    """
    image, media_type = _opened(content)
    draw = ImageDraw.Draw(image)
    for box in boxes:
        corners = (
            box.left * image.width,
            box.top * image.height,
            box.right * image.width,
            box.bottom * image.height,
        )
        draw.rectangle(corners, fill=0)
    return _written(image, media_type)


def _opened(content: bytes) -> tuple[Image.Image, str]:
    try:
        image = Image.open(io.BytesIO(content), formats=tuple(_IMAGES))
        kind = image.format or ""
        if image.width * image.height > _MOST_PIXELS:
            raise FileRefusedError("too many pixels", "图片尺寸太大，请缩小后再传。")
        upright = ImageOps.exif_transpose(image)  # the only thing of its metadata that shows
        upright.load()
    except UnidentifiedImageError as error:
        sentence = "只能上传JPG、PNG、WebP图片和PDF文件。"
        raise FileRefusedError("unknown type", sentence) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileRefusedError("damaged image", "图片已损坏或不完整，请重新拍摄或导出。") from error
    keeps_alpha = kind != "JPEG" and upright.has_transparency_data
    return upright.convert("RGBA" if keeps_alpha else "RGB"), _IMAGES[kind]


def _written(image: Image.Image, media_type: str) -> bytes:
    # A fresh image: what hung on the decoded one (EXIF, XMP, comments, profiles) is not written.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    written = io.BytesIO()
    kind = next(kind for kind, known in _IMAGES.items() if known == media_type)
    options = {} if kind == "PNG" else {"quality": _QUALITY}
    clean.save(written, kind, **options)
    return written.getvalue()
