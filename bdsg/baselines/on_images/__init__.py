"""The baselines on images: convolutional networks, settings and a mixture of pixels."""
