"""A page's title, its first sentence, and the words that the pages use."""

from __future__ import annotations

import streamlit as st

GLOSSARY = {
    "$p_x$": "The data's true density. Here the data come from Gaussians, so it is known exactly.",
    "$p_g$": "The model's density: what an invertible network learned from samples (or $p_x$ itself, closed form).",
    "ε": "The threshold. Where the density is ε or more, a point counts as normal. Its border is the line.",
    "δ": "A little less than ε. Between δ and ε lies the band in which a point of B(z) counts as a hit.",
    "z": "Random numbers that a generator starts from: here points of a round cloud, “z, before B”.",
    "G": "The generator that imitates the data: it carries z to samples of $p_g$.",
    "B(z)": "The boundary generator: it carries z to the border of the data. Its points are strong anomalies.",
    "IResNet": "An invertible residual network: blocks x + g(x), each kept so gentle that it can be undone.",
    "ResFlow": "The same network, trained with an unbiased estimate of its log-determinant.",
    "warp": "A square grid in the space of z, as G bends it.",
    "rays": "Points where straight lines in the space of z cross $p_g$ = ε: the model's border, without any B.",
    "bare": "A stretch of the border that no point of B(z) is near.",
    "BP1": "Boundary precision: the share of B(z) in the band. Alone it says little: one good spot gives 100 %.",
    "Boundary recall": "The share of the border that has a point of B(z) nearby.",
    "BF1": "Harmonic mean of the two: high only if both are.",
    "BP2": "Of the places that the model's density puts in the band, the share that truly lies there: G's own BP1.",
    "Paper, eq. 4": "The loss of the BDSG paper: density, plus λ1 times distance to the data, plus λ2 times crowding.",
    "Ours": "This project's objective: aimed at a level just below ε, with a distance that looks both ways.",
}
"""Words of the pages, each in a sentence."""


def show(title: str, words: str) -> None:
    """A page's title and first sentence in one row, and the glossary at its end."""
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.title(title, anchor=False, width="content")
        with st.container(width="stretch"):
            st.markdown(words)
        with st.popover("Glossary", icon=":material/menu_book:", type="tertiary", width="content"):
            st.markdown("\n".join(f"- **{word}**: {meaning}" for word, meaning in GLOSSARY.items()))
