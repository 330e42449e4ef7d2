"""Controls made from the config's own fields: limits, units, help and defaults come from there."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import streamlit as st

from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.errors import ConfigError
from bdsg.presets import PRESETS
from bdsg.ui import session

OWN = "own"
NAMES = {
    "closed_form": "Closed form",
    "iresnet": "IResNet",
    "resflow": "ResFlow",
    "ours": "Ours",
    "paper": "Paper, eq. 4",
    "exact": "Exact",
    "truncated": "Truncated series",
    "roulette": "Russian roulette",
    "lipswish": "LipSwish",
    "elu": "ELU",
}
LABELS = {
    "hidden": "Hidden layers",
    "lambda1": "Distance weight",
    "lambda2": "Dispersion weight",
    "batch_size": "Batch",
    "samples": "Samples",
    "log_determinant": "Log-determinant",
    "coefficient": "Lipschitz bound",
    "steps": "Steps",
}


def label(field: dataclasses.Field[Any]) -> str:
    """A control's label: name, symbol, unit."""
    name = LABELS.get(field.name, field.name.replace("_", " ").capitalize())
    symbol, unit = field.metadata["symbol"], field.metadata["unit"]
    return f"{name}{f' {symbol}' if symbol else ''}{f' ({unit})' if unit else ''}"


def run_caption() -> None:
    """The run in one line: what the page's picture and numbers belong to."""
    config = session.config()
    title = PRESETS[config.data.preset].title if config.data.preset else "Your own mixture"
    parts = (title, _name(config.density.kind), _name(config.boundary.objective))
    st.caption(" · ".join((*parts, f"ε = {config.epsilon:g}", f"seed {config.seed}")))


def setting_controls(section: str, names: tuple[str, ...]) -> None:
    """One control for each named field of a section of the config."""
    config = session.config()
    part = getattr(config, section)
    variant = f"{_distribution(config)}:{config.density.kind}:{config.boundary.objective}"
    fields = {field.name: field for field in dataclasses.fields(part)}
    for name in names:
        _control(section, fields[name], getattr(part, name), f"{section}.{name}:{variant}")


def _control(section: str, field: dataclasses.Field[Any], value: Any, key: str) -> None:
    """A widget whose change goes into the choices; its key holds the variant, so that a new one starts afresh."""
    meta = field.metadata
    common: dict[str, Any] = {"key": key, "on_change": _changed, "args": (section, field.name, key)}
    if meta["choices"]:
        options = list(meta["choices"])
        st.selectbox(label(field), options, options.index(value), format_func=_name, help=meta["help"], **common)
    elif isinstance(value, tuple):
        st.text_input(
            label(field), ", ".join(map(str, value)), help=f"{meta['help']} Whole numbers, by commas.", **common
        )
    else:
        limits = f"{meta['help']} From {meta['low']:,} to {meta['high']:,}."
        whole = isinstance(value, int)
        low, high = (int(meta["low"]), int(meta["high"])) if whole else (float(meta["low"]), float(meta["high"]))
        st.number_input(
            label(field), low, high, value, _step(value), format="%d" if whole else "%.4g", help=limits, **common
        )


def _step(value: float) -> float:
    """A tenth of the value's size, or 1 for small whole numbers."""
    size = 10.0 ** math.floor(math.log10(abs(value))) if value else 0.1
    return max(1, int(size / 2)) if isinstance(value, int) else size / 2


def _changed(section: str, name: str, key: str) -> None:
    value = st.session_state[key]
    if name == "hidden":
        try:
            value = [int(part) for part in str(value).split(",")]
        except ValueError:
            st.session_state.notice = f"Hidden layers are {value!r}, but must be whole numbers by commas: 64, 64."
            return
    if value is not None:
        session.change(section, name, value)


def _name(value: str) -> str:
    return NAMES.get(value, value)


def _distribution(config: ExperimentConfig) -> str:
    return config.data.preset or OWN


def distribution_control() -> None:
    """Choose a preset or an own mixture."""
    config = session.config()
    options = [*PRESETS, OWN]
    present = _distribution(config)
    st.selectbox(
        "Distribution",
        options,
        options.index(present),
        format_func=lambda name: "Your own mixture" if name == OWN else PRESETS[name].title,
        key=f"distribution:{present}",
        on_change=lambda: _choose_distribution(st.session_state[f"distribution:{present}"]),
        help="Where the data come from. Choose your own to place Gaussians yourself.",
    )


def _choose_distribution(name: str) -> None:
    if name != OWN:
        session.choose_preset(name)
        return
    before = session.config()
    numbers = dataclasses.asdict(before.data.mixture_numbers())
    kept = {key: value for key, value in session.choices().items() if key != "data"}
    session.adopt({**kept, "data": {"mixture": numbers, "samples": before.data.samples}, "epsilon": before.epsilon})


def variant_control(section: str, name: str, title: str, help: str) -> None:
    """Choose the density model or the objective."""
    config = session.config()
    part = getattr(config, section)
    field = next(field for field in dataclasses.fields(part) if field.name == name)
    key = f"{section}.{name}:{_distribution(config)}:{getattr(part, name)}"
    st.segmented_control(
        title,
        list(field.metadata["choices"]),
        default=getattr(part, name),
        required=True,
        format_func=_name,
        key=key,
        help=help,
        on_change=lambda: session.choose_variant(section, name, st.session_state[key]),
    )


def epsilon_control() -> None:
    """The training ε."""
    config = session.config()
    key = f"epsilon:{_distribution(config)}"
    st.number_input(
        "Threshold ε (per unit area)",
        1e-9,
        1e3,
        config.epsilon,
        config.epsilon / 10,
        format="%.4g",
        key=key,
        on_change=lambda: session.change(None, "epsilon", st.session_state[key]),
        help="Density at or above which a point is normal. B(z) aims just below it.",
    )


def seed_control() -> None:
    """The seed."""
    st.number_input(
        "Seed",
        0,
        2**31 - 1,
        session.config().seed,
        1,
        key="seed",
        on_change=lambda: session.change(None, "seed", st.session_state["seed"]),
        help="Same settings and seed: the same run, bit for bit.",
    )


COLUMNS = {
    "weight": ("Weight", "Share of the samples; weights are scaled to sum to 1."),
    "x": ("Mean x", "Horizontal place of the mode."),
    "y": ("Mean y", "Vertical place of the mode."),
    "long": ("σ long", "Standard deviation along the long axis."),
    "short": ("σ short", "Standard deviation across it."),
    "angle": ("Angle (°)", "Direction of the long axis, counter-clockwise from x."),
}


def mixture_editor() -> None:
    """Edit an own mixture: a row a mode, or JSON."""
    mixture = GaussianMixture.from_config(session.config().data)
    version = st.session_state.setdefault("mixture_version", 0)
    st.caption("One row a mode. Add rows at the bottom, remove them with the check boxes.")
    edited = st.data_editor(
        to_rows(mixture),
        num_rows="dynamic",
        hide_index=True,
        key=f"mixture:{version}",
        column_config={
            name: st.column_config.NumberColumn(title, help=help, required=True, format="%.4g")
            for name, (title, help) in COLUMNS.items()
        },
    )
    if st.button("Use this mixture", key="use_mixture", icon=":material/check:"):
        _use(lambda: from_rows(edited))
    with st.expander("As JSON"):
        text = st.text_area("Mixture", mixture.to_json(), height=180, key=f"mixture_json:{version}")
        if st.button("Use this JSON", key="use_json", icon=":material/check:"):
            _use(lambda: GaussianMixture.from_json(text))


def _use(make: Any) -> None:
    mixture: GaussianMixture = make()
    if mixture.dim != 2:
        raise ConfigError("data.mixture.means", mixture.dim, "need 2 coordinates each: the app draws the plane.")
    session.change("data", "mixture", dataclasses.asdict(mixture.to_config()))
    st.session_state.mixture_version += 1
    st.rerun()


Rows = list[dict[str, float]]


def to_rows(mixture: GaussianMixture) -> Rows:
    """A mixture as rows with the keys of ``COLUMNS``."""
    rows = []
    for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True):
        variances, directions = np.linalg.eigh(covariance)
        angle = math.degrees(math.atan2(directions[1, 1], directions[0, 1])) % 180
        numbers = (weight, *mean, math.sqrt(variances[1]), math.sqrt(variances[0]), angle)
        rows.append({name: round(float(number), 6) for name, number in zip(COLUMNS, numbers, strict=True)})
    return rows


def from_rows(rows: Rows) -> GaussianMixture:
    """Inverse of :func:`to_rows`; weights need not sum to 1.

    Raises:
        ConfigError: a cell is empty or not a number, or the numbers make no mixture.
    """
    if not rows:
        raise ConfigError("data.mixture", rows, "needs at least one row: add a mode.")
    for number, row in enumerate(rows, start=1):
        for name, (title, _) in COLUMNS.items():
            value = row.get(name)
            if value is None or not math.isfinite(value):
                raise ConfigError(f"row {number}, {title}", value, "must be a number: fill the cell or remove the row.")
    table = np.array([[row[name] for name in COLUMNS] for row in rows], dtype=float)
    weights, means, long, short, angle = table[:, 0], table[:, 1:3], table[:, 3], table[:, 4], np.radians(table[:, 5])
    if (weights <= 0).any() or (table[:, 3:5] <= 0).any():
        raise ConfigError("data.mixture", table[:, [0, 3, 4]].tolist(), "needs weights and σ above 0 in every row.")
    c, s = np.cos(angle), np.sin(angle)
    turn = np.stack([np.stack([c, -s], -1), np.stack([s, c], -1)], 1)  # (K, 2, 2)
    scale = np.stack([long, short], -1)[:, None, :] ** 2
    return GaussianMixture(weights / weights.sum(), means, (turn * scale) @ turn.transpose(0, 2, 1))
