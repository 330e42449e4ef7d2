"""What Python writes for the browser's side is up to date, and says what is sent."""

from __future__ import annotations

import json
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import pytest

from bdsg.app.components import browser_components, browser_types, demo_run, payload_shapes
from bdsg.runs.tensor_file import unpack
from tests.app.payload_parts import delta_payload, full_payload
from tests.frontend import golden


@pytest.mark.parametrize("name", ["constants", "payloads"])
def test_shared_figures_and_types_are_up_to_date(name: str) -> None:
    written = (browser_types.SOURCES / f"{name}.ts").read_text(encoding="utf-8")
    assert written == getattr(browser_types, name)(), "python -m bdsg.app.components.browser_types"


@pytest.mark.parametrize("name", golden.files())
def test_what_the_browser_is_held_to_is_up_to_date(name: str) -> None:
    written = json.loads((golden.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    made = json.loads(json.dumps(golden.files()[name]))
    same(made, written, name)


def same(made: Any, written: Any, where: str) -> None:
    """Equal, numbers up to another processor's rounding."""
    if isinstance(made, dict):
        assert made.keys() == written.keys(), where
        for key in made:
            same(made[key], written[key], f"{where}.{key}")
    elif isinstance(made, list) and made and isinstance(made[0], float):
        np.testing.assert_allclose(written, made, rtol=1e-6, atol=1e-6, err_msg=where)
    elif isinstance(made, list):
        assert len(made) == len(written), where
        for one, other in zip(made, written, strict=True):
            same(one, other, where)
    else:
        assert written == (pytest.approx(made, rel=1e-9) if isinstance(made, float) else made), where


SNAPSHOTS = {
    "points": np.zeros((2, 3, 2)),
    "steps": np.array([0, 1]),
    "terms": np.zeros((2, 4)),
    "forces": np.zeros((2, 3, 2, 2)),
}


@pytest.mark.parametrize(
    ("payload", "meta", "arrays"),
    [
        (full_payload(**SNAPSHOTS), payload_shapes.PlayerMeta, payload_shapes.PlayerArrays),
        (full_payload(**SNAPSHOTS, probed=True, log_p_g=np.zeros((4, 3))), payload_shapes.PlayerMeta, None),
        (delta_payload(2, **SNAPSHOTS), payload_shapes.DeltaMeta, payload_shapes.SnapshotArrays),
        (demo_run.payload(), payload_shapes.PlayerMeta, None),
    ],
)
def test_payloads_hold_what_their_types_say(payload: bytes, meta: Any, arrays: Any) -> None:
    sent, told = unpack(payload)
    assert told.keys() - {"scores"} == get_type_hints(meta).keys()  # the prepared run tells its scores, too
    hints = get_type_hints(arrays or payload_shapes.PlayerArrays, include_extras=True)
    for name, values in sent.items():
        assert values.dtype == dtype_of(hints[name]), name
    needed = {name for name, kind in hints.items() if type(None) not in get_args(kind)}
    assert needed <= sent.keys() <= hints.keys()


def dtype_of(kind: Any) -> Any:
    """The type of numbers that an annotation names."""
    if get_origin(kind) is not None and type(None) in get_args(kind):
        kind = next(one for one in get_args(kind) if one is not type(None))
    return get_args(kind)[1]


def test_each_component_has_one_bundle_under_its_name() -> None:
    found = sorted(path.name.partition("-")[0] for path in browser_components.STATIC.glob("*.js"))
    assert found == sorted(browser_components.NAMES)
