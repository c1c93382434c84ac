"""What simulated camera pictures are painted with.

The simulator renders zones as stacked bands of materials; the edge's ``rendered_scene``
adapter reads them back. Real video never uses this table. Colours are BGR in full
daylight; neighbouring materials differ in hue so that light and noise do not mix them up.
"""

from typing import Final

MATERIALS: Final[dict[str, tuple[int, int, int]]] = {
    "sky": (214, 178, 138),
    "soil": (72, 104, 146),
    "trench": (46, 58, 72),
    "formwork": (52, 176, 236),
    "rebar": (58, 70, 176),
    "concrete": (176, 182, 168),
    "brick": (84, 84, 204),
    "facade": (178, 222, 244),
    "base": (150, 190, 206),
    "asphalt": (84, 70, 66),
    "marking": (232, 232, 240),
    "planting": (70, 160, 84),
    "paving": (186, 150, 176),
}

HELMET: Final[dict[str, tuple[int, int, int]]] = {
    "yellow": (20, 220, 250),
    "red": (30, 30, 235),
    "blue": (235, 110, 20),
}
NET: Final = (84, 138, 62)
"""Dust net over soil."""
LOAD: Final = (150, 40, 150)
"""The sheet around a load on a hook."""
VEST: Final = (40, 250, 170)
SKIN: Final = (140, 170, 220)
HAIR: Final = (30, 30, 36)
JACKET: Final = (150, 62, 28)
TROUSERS: Final = (86, 66, 58)
GROUND: Final = (112, 128, 140)
"""What lies around the zones."""
