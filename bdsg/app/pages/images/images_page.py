"""The images page: what the boundary generator makes, a walk across the boundary, scores, and the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from bdsg.app.labels import plain
from bdsg.app.pages.images import images_component, images_words, prepared_images
from bdsg.app.pages.images.prepared_images import Results
from bdsg.app.visit.state import visit
from bdsg.data.images.registry import DATA_SETS
from bdsg.errors import StoreError
from bdsg.number_text import grouped

NOTHING_YET = (
    "No results are here yet: make them with `python -m bdsg images digits --out DIR`, then start the app with the "
    "environment variable BDSG_IMAGES set to that folder."
)


def show() -> None:
    """Everything below the title."""
    try:
        found = prepared_images.available()
        if not found:
            st.info(NOTHING_YET, icon=":material/info:")
            return
        results, left_out = _choice(found)
        _pictures(results, left_out)
    except StoreError as error:
        st.error(plain(error), icon=":material/error:")
        return
    _tables(results)


def _choice(found: Mapping[str, Results]) -> tuple[Results, int]:
    """Data set and left-out class; both are kept in the link."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        protocol = _chosen("Data set", "images", list(found), _title, "") if len(found) > 1 else next(iter(found))
        results = found[protocol]
        titles = {str(c): images_words.class_title(protocol, c) for c in results.classes}
        words = "Training never saw this class: its images are the anomalies."
        left_out = _chosen("Left-out class", "left_out", list(titles), titles.__getitem__, words)
    return results, int(left_out)


def _chosen(label: str, name: str, options: list[str], title: Callable[[str], str], words: str) -> str:
    """A choice that the visit keeps, and with it the link: the first of all needs no mention."""
    here, key = visit(), f"images_{name}"
    if key not in st.session_state or name in here.arrived or st.session_state[key] not in options:
        kept = getattr(here, name)
        st.session_state[key] = kept if kept in options else options[0]
    with st.container(width=200):
        chosen = st.selectbox(label, options, format_func=title, key=key, help=words or None)
    setattr(here, name, None if chosen == options[0] else chosen)
    return chosen


def _title(protocol: str) -> str:
    return DATA_SETS[protocol].title if protocol in DATA_SETS else protocol


def _pictures(results: Results, left_out: int) -> None:
    protocol = results.protocol
    if left_out not in results.boundary:
        st.info("For this class there are figures below, but no pictures.", icon=":material/info:")
        return
    arrays, facts = prepared_images.drawn(results.boundary[left_out])
    titles = {name: images_words.set_title(name, protocol, left_out) for name in arrays}
    payload = images_component.payload(arrays, titles, images_words.score_title(str(facts.get("score", ""))))
    images_component.show(payload, key=f"images:{protocol}:{left_out}")


def _tables(results: Results) -> None:
    st.subheader("Who tells them apart", anchor=False)
    chosen = st.segmented_control(
        "Figure",
        list(images_words.MEASURES),
        default="AUROC",
        required=True,
        key="images_measure",
        help="AUROC: how often an anomaly scores above a normal image. AUPRC: the anomalies as the positive class.",
    )
    found = images_words.lines(results.rows, images_words.MEASURES[chosen])
    st.markdown(images_words.winner(found, chosen))
    classes = sorted({row.left_out for row in results.rows})
    st.table(images_words.table(found, results.protocol, classes))
    for failure in images_words.failures(results.rows, results.protocol):
        st.warning(failure, icon=":material/warning:")
    st.caption(_protocol(results))


def _protocol(results: Results) -> str:
    """How the figures were made, in a line."""
    parts = [f"{_title(results.protocol)}, one class left out of training at a time; columns are the left-out class"]
    if train := results.facts.get("train"):
        parts.append(
            f"{grouped(train)} training images at most" if isinstance(train, int) else f"{train} training images"
        )
    if (seed := results.facts.get("seed")) is not None:
        parts.append(f"seed {seed}")
    return " · ".join([*parts, "★ best of the column; in brackets: the mean of fewer classes"])
