"""Plans as libvirt's XML. Pure: no decision is taken here."""

from nova_lite.virt.libvirt.xml.domain import render, render_card

__all__ = ["render", "render_card"]
