"""A classifier between training images and images of the boundary: its logit for the latter is a score."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bdsg.boundary.generators.image_generator import initialise
from bdsg.config.image_config import EdgeConfig
from bdsg.density.flows.learning_rate import one_cycle
from bdsg.density.image_flows.convolution import Shape


class Discriminator(nn.Module):
    """Two convolutions with pooling, then a dense layer: (n, d) -> logits (n,), high at the boundary."""

    def __init__(self, shape: Shape, width: int, generator: torch.Generator) -> None:
        super().__init__()
        channels, height, across = shape
        self.shape = shape
        self.network = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.AvgPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(2 * width * (height // 4) * (across // 4), 4 * width),
            nn.LeakyReLU(0.2),
            nn.Linear(4 * width, 1),
        )
        initialise(self.network, generator)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n,) of flat images."""
        logits: Tensor = self.network(x.view(-1, *self.shape))[:, 0]
        return logits


def train_discriminator(
    data: Tensor, edge: Tensor, shape: Shape, config: EdgeConfig, random: torch.Generator
) -> Discriminator:
    """Cross-entropy between as many training images (M, d) as boundary images (T, d) in each batch."""
    model = Discriminator(shape, config.width, random).to(data.device)
    optimiser = torch.optim.Adam(model.parameters(), weight_decay=1e-4)
    half = config.batch_size // 2
    truth = torch.cat([torch.zeros(half), torch.ones(half)]).to(data.device)
    for step in range(config.steps):
        inside = data[torch.randint(0, len(data), (half,), generator=random).to(data.device)]
        outside = edge[torch.randint(0, len(edge), (half,), generator=random).to(data.device)]
        loss = nn.functional.binary_cross_entropy_with_logits(model(torch.cat([inside, outside])), truth)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.param_groups[0]["lr"] = config.learning_rate * one_cycle(step / config.steps)
        optimiser.step()
    return model.eval()


@torch.no_grad()
def edge_logits(model: Discriminator, x: Tensor) -> Tensor:
    """Logits of many flat images (n, d), in bounded memory, on the CPU."""
    device = next(model.parameters()).device
    return torch.cat([model(part.to(device)).cpu() for part in torch.split(x, 1024)])
