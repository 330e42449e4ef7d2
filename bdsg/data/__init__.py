"""Where samples come from: closed-form mixtures."""

from bdsg.data.mixture import GaussianMixture, mixture_log_prob

__all__ = ["GaussianMixture", "mixture_log_prob"]
