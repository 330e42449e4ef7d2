"""The rivals page in Streamlit's own test harness, with a real worker behind it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bdsg.app.pages.baselines.baseline_animation import contest_config
from bdsg.app.visit import session
from bdsg.config import ExperimentConfig
from bdsg.runs.tensor_file import unpack
from tests.pages.test_pages import fresh, opened, payload
from tests.visits import visit_of

__all__ = ["fresh"]  # a fixture

OWN = '{"weights":[1],"means":[[0,0]],"covariances":[[[1.5,0],[0,1]]]}'


def rivals(**parameters: str) -> AppTest:
    """The page, opened by a link."""
    return opened("rivals", **{"data.preset": "three_modes", **parameters})


def methods_of(app: AppTest) -> list[str]:
    """Which methods the panes show."""
    arrays, meta = unpack(app.get("bidi_component")[0].proto.bytes)
    runs = [unpack(arrays[f"run_{k}"].tobytes())[1]["run"] for k in range(len(meta["titles"]))]
    return [run.partition("-")[2] for run in runs]


def test_a_preset_opens_with_three_methods_and_all_scores_without_training() -> None:
    app = rivals()
    assert methods_of(app) == ["bdsg", "fence_gan", "neighbours"]
    assert payload(app)["words"]["heat"][0] == "rank of the score"  # type: ignore[index]
    table = app.table[0].value
    assert len(table) == 15
    assert list(table.columns).index("Boundary recall") == list(table.columns).index("BP1") + 1
    config = contest_config(ExperimentConfig.from_dict(visit_of(app).choices))
    assert session.queue().baseline(config, "bdsg") is None
    assert not app.exception


def pictures(app: AppTest) -> list[object]:
    """The components of the page but for the one that keeps the history."""
    return [found for found in app.get("bidi_component") if found.key != "memory"]


def test_methods_are_chosen_and_the_link_follows() -> None:
    app = rivals()
    assert "methods" not in app.query_params
    app.multiselect[0].set_value(["vae", "wgan"]).run()
    assert methods_of(app) == ["vae", "wgan"]
    assert app.query_params["methods"] == "vae,wgan"
    assert any("Kingma and Welling" in block.value for block in app.markdown)
    app.multiselect[0].set_value(["vae"]).run()
    assert "Choose 2 or 3 methods" in app.info[0].value
    assert not pictures(app)


def test_a_link_with_methods_opens_them_and_a_bad_one_is_a_sentence() -> None:
    assert methods_of(rivals(methods="mixture,egbad")) == ["mixture", "egbad"]
    app = rivals(methods="mixture,gan")
    assert methods_of(app) == ["bdsg", "fence_gan", "neighbours"]
    assert "methods is 'gan', but must be among" in app.warning[0].value
    assert "methods" not in app.query_params


def test_an_own_mixture_trains_on_demand() -> None:
    app = opened("rivals", **{"data.mixture": OWN, "methods": "neighbours,mixture", "epsilon": "0.01"})
    assert "Not trained on these data yet: k nearest neighbours, Gaussian mixture" in app.info[0].value
    assert not app.table
    app.button(key="train_rivals").click().run()
    config = contest_config(ExperimentConfig.from_dict(visit_of(app).choices))
    for method in ("neighbours", "mixture"):
        run = session.queue().baseline(config, method)
        assert run is not None
        assert session.queue().wait(run, 120)
        assert run.state == "finished", run.error
    app.run()
    assert methods_of(app) == ["neighbours", "mixture"]
    assert app.table[0].value["Method"].tolist() == ["▸ k nearest neighbours", "▸ Gaussian mixture"]
    assert app.button(key="train_rivals").label == "Trained here"
    assert not app.exception


def test_training_stops_when_asked() -> None:
    app = opened("rivals", **{"data.mixture": OWN, "methods": "fence_gan,vae", "seed": "7"})
    app.button(key="train_rivals").click().run()
    assert app.button(key="train_rivals").label == "Stop"
    app.button(key="train_rivals").click().run()
    assert app.button(key="train_rivals").label == "Train them"
    assert any("stopped: FenceGAN, VAE" in caption.value for caption in app.caption)


@pytest.mark.parametrize("epsilon", ["5", "0.02"])
def test_another_threshold_is_not_the_prepared_one(epsilon: str) -> None:
    app = rivals(epsilon=epsilon)
    assert not pictures(app)
    assert "Not trained on these data yet" in app.info[0].value


def test_a_teaching_link_hides_the_controls_and_keeps_the_pictures() -> None:
    app = rivals(teach="1")
    assert methods_of(app) == ["bdsg", "fence_gan", "neighbours"]
    assert not app.multiselect
    assert [button.label for button in app.button] == ["Show the controls"]
