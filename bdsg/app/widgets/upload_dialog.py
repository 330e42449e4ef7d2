"""The dialog that asks for a table: what was decided about it is said, and can be decided otherwise."""

from __future__ import annotations

import zlib
from dataclasses import replace

import streamlit as st

from bdsg.app.labels import plain
from bdsg.app.visit import session
from bdsg.app.widgets.uploading import adopt
from bdsg.data import uploads
from bdsg.data.mixture_fit import MOST_MODES, fit_mixture
from bdsg.data.tables import AmbiguousError, Examined, Options
from bdsg.number_text import grouped, megabytes

FIRST_LINE = {True: "Names", False: "Numbers"}


def show() -> None:
    """A button that asks for a file."""
    if st.button("Use your own points", key="own_points_button", icon=":material/upload_file:"):
        _ask()


@st.dialog("Use your own points", width="medium")
def _ask() -> None:
    st.caption(
        f"A table with two columns of numbers or more; {uploads.LEAST_ROWS} to {grouped(uploads.MOST_ROWS)} rows, "
        f"{megabytes(uploads.MOST_BYTES)} at most. A mixture of up to {MOST_MODES} Gaussians is fitted to them."
    )
    file = st.file_uploader(
        "File",
        uploads.kinds(),
        key="points_file",
        max_upload_size=uploads.MOST_BYTES // 1_000_000,
        label_visibility="collapsed",
    )
    if file is not None:
        with session.guarded():
            name = uploads.short_name(file.name)
            uploads.check_size(name, file.size)
            choose_columns(file.getvalue(), name)


def choose_columns(content: bytes, name: str) -> None:
    """The beginning of the file, what was decided about it, and the button that takes two of its columns."""
    key = f"{name}:{zlib.crc32(content)}"  # another file begins anew
    header: bool | None = st.session_state.get(f"points_header:{key}")
    table = uploads.preview(content, name, Options(header=header))
    rows = [dict(zip(table.names, row, strict=False)) for row in table.first_rows()]
    st.dataframe(rows, hide_index=True, width="stretch", height="content")
    _say(table.notes)
    if table.header is not None:
        st.radio(
            "First line",
            list(FIRST_LINE),
            list(FIRST_LINE).index(table.header),
            format_func=FIRST_LINE.__getitem__,
            key=f"points_header:{key}",
            horizontal=True,
            help="Whether it names the columns, or is the first point.",
        )
    columns = _columns(table, key)
    options = Options(header=header)
    if doubt := table.doubt(columns):
        options = _meaning(doubt, options, key)
        table = uploads.preview(content, name, options)
    if columns[0] == columns[1]:
        st.caption("Choose two different columns.")
    elif not table.doubt(columns):
        _fit(table, columns)


def _say(notes: list[str]) -> None:
    if notes:
        st.caption(" ".join(plain(note) for note in notes))


def _columns(table: Examined, key: str) -> uploads.Columns:
    """The two that are meant."""
    if len(table.numeric) == 2:
        return table.numeric[0], table.numeric[1]
    with st.container(horizontal=True):
        across, up = (
            st.selectbox(
                axis, table.numeric, k, format_func=lambda column: table.names[column], key=f"points_{axis}:{key}"
            )
            for k, axis in enumerate(("Across", "Up"))
        )
    return across, up


def _meaning(doubt: AmbiguousError, options: Options, key: str) -> Options:
    """What numbers are that can be read in two ways: asked, never guessed."""
    readings = doubt.readings()
    decimal = st.radio(
        "How are numbers read?",
        list(readings),
        None,
        format_func=lambda mark: plain(readings[mark]),
        key=f"points_decimal:{key}:{doubt.key}",
        horizontal=True,
    )
    if decimal is None:
        st.caption("A mark may stand before decimals or between thousands, and this table does not tell: choose one.")
    return replace(options, decimal=decimal)


def _fit(table: Examined, columns: uploads.Columns) -> None:
    """What of the two columns is read, and the button that fits a mixture to it."""
    skip = st.checkbox("Skip rows with gaps or words", key="skip_rows", help="Else the first such row is named.")
    points = uploads.points_of(table, columns, skip=skip)
    _say(points.notes)
    if st.button("Fit a mixture", key="fit_points", type="primary", icon=":material/check:"):
        with st.spinner("Fitting…"):
            fitted = fit_mixture(points.values)
        names = [table.names[column] for column in columns]
        units = {"names": names, "shift": fitted.offset.tolist(), "scale": fitted.scale.tolist()}
        adopt(fitted.mixture, (points.values - fitted.offset) / fitted.scale, units)
        st.rerun()
