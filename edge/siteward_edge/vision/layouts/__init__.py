"""The families of networks, by the name a manifest calls them."""

from collections.abc import Mapping
from typing import Final

from siteward_edge.models.manifest import LayoutName
from siteward_edge.vision.layouts import fastestdet, ultralytics_v5, ultralytics_v8, yolox
from siteward_edge.vision.layouts.layout import Layout

LAYOUTS: Final[Mapping[LayoutName, Layout]] = {
    "yolox": yolox.LAYOUT,
    "ultralytics_v8": ultralytics_v8.LAYOUT,
    "ultralytics_v5": ultralytics_v5.LAYOUT,
    "fastestdet": fastestdet.LAYOUT,
}
