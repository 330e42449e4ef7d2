"""Pictures and animations as files: the SVG that the drawing functions write, and the page that needs no network."""

from __future__ import annotations

import base64
import math
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from bdsg.app.components import demo_run
from bdsg.runs.tensor_file import unpack
from bdsg.standalone.page import bundle, page
from tests.frontend.scripts import node

SVG = "{http://www.w3.org/2000/svg}"
DRAWING = ("core/theme", "canvas/plane", "canvas/marks", "export/svg")


def test_the_drawing_functions_write_svg(tmp_path: Path) -> None:
    driver = """
    const context = new SvgContext(236, 136);
    const theme = { text: [0, 0, 0], font: "sans", data: [200, 0, 0], background: [255, 255, 255] };
    const camera = cameraFor({ width: 244, height: 136 }, [-1, -1], [1, 1]);
    context.fillRect(0, 0, 236, 136);
    clipped(context, camera, () => {
      context.drawImage({ toDataURL: () => "data:image/png;base64,AAAA" }, 1, 2, 3, 4);
      drawData(context, camera, [0, 0, 0.5, -0.5, 1, 1], theme);
      drawContour(context, camera, [[-1, -1, 1, 1]], "model", theme);
    });
    drawAxes(context, camera, theme);
    context.fillText("a < b & c", 5, 5);
    print([context.text(), camera.x(0.5), camera.y(-0.5)]);
    """
    text, x, y = node(DRAWING, driver, folder=tmp_path)
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root.get("height")) == ("236", "136")
    (image,) = root.iter(f"{SVG}image")
    assert image.get("href") == "data:image/png;base64,AAAA"
    (group,) = root.findall(f"{SVG}g")
    (clip,) = root.iter(f"{SVG}clipPath")
    assert group.get("clip-path") == f"url(#{clip.get('id')})"
    dots, halo, line = group.findall(f"{SVG}path")
    assert (dots.get("fill"), dots.get("fill-opacity")) == ("rgb(200,0,0)", "0.75")
    starts = re.findall(r"M([\d.]+) ([\d.]+)a([\d.]+)", dots.get("d") or "")
    assert len(starts) == 3
    right, height, radius = map(float, starts[1])
    assert (right - radius, height) == (round(x, 2), round(y, 2))
    assert halo.get("stroke-dasharray") is None
    assert line.get("stroke-dasharray") == "7 5"
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert {"x₁", "x₂", "a < b & c"} <= set(words)


def test_clips_end_where_they_were_begun(tmp_path: Path) -> None:
    driver = """
    const context = new SvgContext(10, 10);
    context.save(); context.beginPath(); context.rect(0, 0, 5, 5); context.clip();
    context.save(); context.clip(); context.restore();
    context.fillStyle = "red"; context.restore(); context.fillRect(0, 0, 1, 1);
    print(context.text());
    """
    root = ElementTree.fromstring(node(DRAWING, driver, folder=tmp_path))
    last = root[-1]
    assert (last.tag, last.get("fill")) == (f"{SVG}path", "#000")
    assert len(root.findall(f".//{SVG}g")) == 2


def test_svg_ellipses_texts_and_shifts(tmp_path: Path) -> None:
    driver = """
    const context = new SvgContext(100, 100);
    context.save(); context.translate(10, 20);
    context.beginPath(); context.ellipse(50, 40, 20, 5, Math.PI / 6, 0, 2 * Math.PI); context.fill();
    context.restore();
    context.globalAlpha = 0.4;
    context.drawImage({ toDataURL: () => "data:," }, 0, 0, 1, 1);
    Object.assign(context, { strokeStyle: "rgba(1, 2, 3, 1)", lineWidth: 4, font: "600 10px sans" });
    context.strokeText("a", 1, 2);
    print([context.text(), context.measureText("12345").width]);
    """
    text, width = node(DRAWING, driver, folder=tmp_path)
    root = ElementTree.fromstring(text)
    (group,) = root.findall(f"{SVG}g")
    assert group.get("transform") == "translate(10 20)"
    (ellipse,) = group.findall(f"{SVG}path")
    numbers = [float(word) for word in re.findall(r"-?[\d.]+", ellipse.get("d") or "")]
    start, (along, across, turn), half = numbers[:2], numbers[2:5], numbers[7:9]
    assert (along, across, turn) == (20, 5, 30)
    assert start == pytest.approx([50 + 20 * math.cos(math.pi / 6), 40 + 10], abs=0.01)
    assert half == pytest.approx([-40 * math.cos(math.pi / 6), -20], abs=0.01)  # to the other end of the long axis
    (image,), (outlined,) = root.findall(f"{SVG}image"), root.findall(f"{SVG}text")
    assert image.get("opacity") == "0.4"
    assert (outlined.get("fill"), outlined.get("stroke"), outlined.get("stroke-width")) == ("none", "rgb(1,2,3)", "4")
    assert 20 < width < 40


def test_the_animation_is_one_file_that_asks_for_nothing(tmp_path: Path) -> None:
    text = page("player", demo_run.payload(), "One & <two>")
    assert "<title>One &amp; &lt;two&gt;</title>" in text
    assert "default-src 'none'" in text
    addresses = set(re.findall(r"https?://[^\"' <>)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name, not a place
    assert not re.search(r"""<(script|link|img|iframe)[^>]+(src|href)="(?!data:)|@import|url\((?!data:|#)""", text)
    payload = re.search(r'atob\("([^"]+)"\)', text)
    assert payload is not None
    assert base64.b64decode(payload[1]) == demo_run.payload()
    assert unpack(base64.b64decode(payload[1]))[1]["kind"] == "full"
    script = re.search(r'from "data:text/javascript;base64,([^"]+)"', text)
    assert script is not None
    assert base64.b64decode(script[1]).decode() == bundle("player")
