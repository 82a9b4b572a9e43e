"""A curve as a picture: what a search costs as the library grows, both axes logarithmic."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 720, 420, 70, 40, 170, 50
_LINES = (
    ("search p50, ms", "#1f5fa8", lambda one: one["questions"]["top_10"]["p50_ms"]),
    ("search p95, ms", "#c0392b", lambda one: one["questions"]["top_10"]["p95_ms"]),
    ("p95 of 256, ms", "#b9770e", lambda one: one["questions"]["top_256"]["p95_ms"]),
    ("build, s", "#2e7d32", lambda one: one["build_seconds"]),
    ("file, MiB", "#6a3d9a", lambda one: one["file_mib"]),
)


def cost_curve(sizes: Sequence[Mapping[str, Any]]) -> str:
    """Return an SVG document; ``sizes`` as ``benchmarks.vector_index`` prints them."""
    values = {name: [max(of(one), 0.01) for one in sizes] for name, _, of in _LINES}
    every = [value for line in values.values() for value in line]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))
    first, last = (math.log10(one["passages"]) for one in (sizes[0], sizes[-1]))

    def across(passages: float) -> float:
        share = (math.log10(passages) - first) / ((last - first) or 1)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def down(value: float) -> float:
        share = (math.log10(value) - low) / ((high - low) or 1)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        "<style>text { font: 13px sans-serif }</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">Vector index by number of passages</text>',
    ]
    for power in range(low, high + 1):
        at, end = down(10**power), _WIDTH - _RIGHT
        parts += [
            f'<line x1="{_LEFT}" x2="{end}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>',
            f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>',
        ]
    parts += [
        f'<text x="{across(one["passages"]):.1f}" y="{_HEIGHT - 24}" text-anchor="middle">'
        f"{one['passages']:,}</text>"
        for one in sizes
    ]
    for row, (name, colour, _) in enumerate(_LINES):
        points = [
            (across(one["passages"]), down(value))
            for one, value in zip(sizes, values[name], strict=True)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        label = _TOP + 20 + row * 22
        parts.append(f'<text x="{_WIDTH - _RIGHT + 16}" y="{label}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])
