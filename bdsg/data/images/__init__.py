"""Images with labels: from official files, from a data directory, or from scikit-learn."""

# ruff: noqa: E402
from bdsg.extras import need

need("images", "pooch", "requests")

from bdsg.data.images.image_set import ImageSet, as_floats
from bdsg.data.images.loading import load
from bdsg.data.images.registry import DATA_SETS, DataSet

__all__ = ["DATA_SETS", "DataSet", "ImageSet", "as_floats", "load"]
