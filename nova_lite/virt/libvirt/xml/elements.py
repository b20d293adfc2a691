"""Building XML trees in the shape of the document."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

# XML 1.0 has no way to write these, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, *children: ET.Element | str | None, **attributes: str | int) -> ET.Element:
    """An element with children (strings are text, None is left out) and attributes."""
    made = ET.Element(tag, {name: str(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            made.text = _UNWRITABLE.sub("?", child)
        elif child is not None:
            made.append(child)
    return made


def text(root: ET.Element) -> str:
    """The document, indented by two spaces."""
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"
