"""Loss, gradient, Hessian product and per-sample Jacobian of networks in PyTorch, float64.

Reads from standard input a JSON list of cases (model, tensors, theta, frozen, inputs, targets, weights, direction) and
writes a JSON list of { loss, gradient, hvp, jacobian }. Layers are PyTorch's own; only the parameters come from the case.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": F.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros(())),
    "gelu": F.gelu,
    "silu": F.silu,
}


def attention(layer, x, get):
    """Scaled dot-product self-attention; heads are slices of the projected features."""
    samples, tokens, _ = x.shape
    heads = layer["heads"]
    q, k, v = (F.linear(x, get("W" + s), get("b" + s)).view(samples, tokens, heads, -1).transpose(1, 2) for s in "qkv")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if layer.get("causal", False):
        scores = scores.masked_fill(torch.ones(tokens, tokens, dtype=torch.bool).triu(1), -math.inf)
    joined = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(samples, tokens, -1)
    return F.linear(joined, get("Wo"), get("bo"))


def apply(layer, path, x, tensors):
    get = lambda key: tensors.get(f"{path}.{key}")
    kind = layer["type"]
    options = lambda *names: {name: layer[name] for name in names if name in layer}
    if kind == "residual":
        return x + chain(layer["layers"], path + ".", x, tensors)
    if kind == "dense":
        return ACTIVATIONS[layer.get("activation", "identity")](F.linear(x, get("weight"), get("bias")))
    if kind == "conv":
        conv = {3: F.conv1d, 4: F.conv2d}[x.dim()]
        z = conv(x, get("weight"), get("bias"), **options("stride", "padding", "dilation", "groups"))
        return ACTIVATIONS[layer.get("activation", "identity")](z)
    if kind in ("maxPool", "avgPool"):
        pools = {"maxPool": (F.max_pool1d, F.max_pool2d), "avgPool": (F.avg_pool1d, F.avg_pool2d)}
        return pools[kind][x.dim() - 3](x, layer["kernel"], **options("stride", "padding"))
    if kind == "globalAvgPool":  # of a sequence [tokens, features] the tokens, else all places of a channel
        return x.mean(1) if layer.get("name") == "tokens" else x.flatten(2).mean(2)
    if kind == "flatten":
        return x.flatten(1)
    if kind == "activation":
        return ACTIVATIONS[layer["function"]](x)
    if kind == "attention":
        return attention(layer, x, get)
    if kind == "layerNorm":
        return F.layer_norm(x, x.shape[-1:], get("scale"), get("shift"), eps=1e-5)
    if kind == "batchNorm":
        return F.batch_norm(x, get("mean"), get("variance"), get("scale"), get("shift"), training=False, eps=1e-5)
    raise ValueError(kind)


def chain(layers, prefix, x, tensors):
    for i, layer in enumerate(layers):
        x = apply(layer, prefix + layer.get("name", f"layers[{i}]"), x, tensors)
    return x


def derivatives(case):
    vector = lambda name: torch.tensor(case[name], dtype=torch.float64)
    flat = {"theta": vector("theta"), "frozen": vector("frozen")}
    inputs = vector("inputs").view(-1, *case["model"]["input"])
    weights = vector("weights")
    targets = vector("targets").view(len(weights), -1)

    def outputs(theta):
        source = {"theta": theta, "frozen": flat["frozen"]}
        tensors = {
            t["name"]: source[t["buffer"]][t["offset"] : t["offset"] + t["size"]].view(t["shape"])
            for t in case["tensors"]
        }
        return chain(case["model"]["layers"], "", inputs, tensors)

    def loss(theta):
        f = outputs(theta)
        if case["loss"] == "mse":
            losses = 0.5 * ((f - targets) ** 2).sum(1)
        else:
            losses = -(targets * torch.log_softmax(f, 1)).sum(1)
        return (weights * losses).sum()

    theta, direction = flat["theta"], vector("direction")
    value, gradient = torch.autograd.functional.vjp(loss, theta)
    _, hvp = torch.autograd.functional.hvp(loss, theta, direction)
    jacobian = torch.autograd.functional.jacobian(lambda t: outputs(t).flatten(), theta)
    return {
        "loss": value.item(),
        "gradient": gradient.tolist(),
        "hvp": hvp.tolist(),
        "jacobian": jacobian.flatten().tolist(),
    }


json.dump([derivatives(case) for case in json.load(sys.stdin)], sys.stdout)
