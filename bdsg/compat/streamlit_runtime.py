"""Streamlit's server and its script runs, tried with 1.66.0 and 1.67.0; none of this has a public way."""

from __future__ import annotations

import functools
from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx


def event_loop() -> AbstractEventLoop | None:
    """The loop that sends what scripts draw; None where there is no server, as in a test of a page by itself."""
    if not runtime.exists():
        return None
    loop = runtime.get_instance()._get_async_objs().eventloop
    return loop if isinstance(loop, AbstractEventLoop) else None


def went_back() -> bool:
    """Whether the script runs because the browser went back or forward."""
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))


def main_script() -> str:
    """Path of the script that the server was started with."""
    context = get_script_run_ctx()
    return context.main_script_path if context else ""


def pages_are_scripts() -> bool:
    """Whether ``pages`` is still taken for a folder of independent scripts, as until the first ``st.navigation``."""
    return bool(PagesManager.uses_pages_directory)


def components(package: str, names: tuple[str, ...], folder: Path) -> Mapping[str, Callable[..., Any]]:
    """The components of the bundles ``NAME-*.js`` in a folder, by name, as ``st.components.v2.component`` makes them.

    By itself a server looks in installed packages alone.
    """
    return _components(get_bidi_component_manager(), package, names, folder)


@functools.lru_cache(maxsize=1)  # a process has one server; tests of pages have a manager each
def _components(manager: Any, package: str, names: tuple[str, ...], folder: Path) -> Mapping[str, Callable[..., Any]]:
    found = [ComponentConfig(name=name, asset_dir=folder.name) for name in names]
    manager.register_from_manifest(ComponentManifest(package, "1", found), folder.parent)
    return {name: st.components.v2.component(f"{package}.{name}", js=f"{name}-*.js") for name in names}
