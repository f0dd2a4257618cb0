import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d

from kdtheory.training.pixels import Standardise
from kdtheory.training.resnet import ResNet

IMAGES = np.random.default_rng(1).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)


def network(*, width=8, blocks=(1, 1, 1), stem_stride=2, seed=0):
    rng = np.random.default_rng(seed)
    return ResNet(
        Standardise([0.0] * 3, [255.0] * 3), width=width, blocks=blocks, n_classes=10, stem_stride=stem_stride, rng=rng
    )


def layers(blocks):
    """Convolutions off the shortcuts, and linear layers: what the number in a ResNet's name counts."""
    named = network(blocks=blocks).named_modules()
    return sum(isinstance(module, (nn.Conv2d, nn.Linear)) and "shortcut" not in name for name, module in named)


def test_blocks_make_the_networks_of_these_names():
    assert layers([1, 1, 1]) == 8
    assert layers([2, 2, 2, 2]) == 18
    full = network(width=64, blocks=[2, 2, 2, 2], stem_stride=1)
    assert sum(parameter.numel() for parameter in full.parameters()) == 11_173_962  # the CIFAR variant, as published


@pytest.mark.parametrize("stem_stride", [1, 2])
def test_logits_are_those_of_the_layers_written_out_one_by_one(stem_stride):
    net = network(stem_stride=stem_stride).double().eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1, generator=torch.Generator().manual_seed(1))
            module.running_var.uniform_(0.5, 2.0, generator=torch.Generator().manual_seed(2))

    def norm(x, layer):
        shape = (1, -1, 1, 1)
        deviation = torch.sqrt(layer.running_var + layer.eps)
        scaled = (x - layer.running_mean.reshape(shape)) / deviation.reshape(shape)
        return scaled * layer.weight.reshape(shape) + layer.bias.reshape(shape)

    with torch.no_grad():
        x = torch.from_numpy(IMAGES / 255).permute(0, 3, 1, 2).contiguous()
        x = norm(conv2d(x, net.stem.weight, stride=stem_stride, padding=1), net.stem_norm).clamp(min=0)
        for stage, block in enumerate(net.stages):
            stride = 2 if stage else 1
            y = norm(conv2d(x, block.first.weight, stride=stride, padding=1), block.first_norm).clamp(min=0)
            y = norm(conv2d(y, block.second.weight, padding=1), block.second_norm)
            if stage:
                x = norm(conv2d(x, block.shortcut[0].weight, stride=stride), block.shortcut[1])
            x = (x + y).clamp(min=0)
        assert x.shape == (5, 32, *[16 // stem_stride // 4] * 2)
        expected = x.mean(dim=(2, 3)) @ net.head.weight.T + net.head.bias
        found = net(torch.from_numpy(IMAGES))
    np.testing.assert_allclose(found, expected, atol=1e-6)  # standardised in single precision


def test_equal_generators_give_equal_networks_and_others_do_not():
    one, again, other = (network(seed=seed).state_dict() for seed in (0, 0, 1))
    for name, values in one.items():
        assert torch.equal(values, again[name])
    assert not torch.equal(one["stem.weight"], other["stem.weight"])


def test_weights_have_the_spread_that_keeps_gradients_alive():
    weight = network(width=64).stages[0].first.weight.detach().numpy()
    # The standard error of a deviation of n normal numbers is 1/√(2n) of it; five of them, for a fixed seed.
    np.testing.assert_allclose(weight.std(), np.sqrt(2 / (64 * 9)), rtol=5 / np.sqrt(2 * weight.size))


def test_images_need_no_copy_to_be_in_the_order_of_the_convolutions():
    seen = []
    net = network()
    net.stem.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    net(torch.from_numpy(IMAGES))
    assert seen[0].is_contiguous(memory_format=torch.channels_last)
    assert net.stem.weight.is_contiguous(memory_format=torch.channels_last)


def test_a_width_that_torch_computes_wrongly_is_refused():
    with pytest.raises(ValueError, match="width is 12; must be a multiple of 8"):
        network(width=12)
