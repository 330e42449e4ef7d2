"""What every test starts from: one thread, so that sums come out the same, and examples drawn alike each time."""

from __future__ import annotations

import hypothesis
import torch

torch.set_num_threads(1)
hypothesis.settings.register_profile("alike", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("alike")
