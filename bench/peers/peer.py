"""The peers of the benchmark: PyTorch (float64) and NumPy, each piece of work in the ways that people write it.

Reads one JSON request a line, { work, way, seconds, args }, and answers { seconds } of one repetition. Work and its data
are made at the first request and kept; a way is a function without arguments.
"""

import json
import math
import sys
import time
import warnings
from typing import List

import functorch
import numpy as np
import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)


def layers(sizes):
    """Weights and biases of an MLP, as a flat list of leaves that want gradients."""
    rng = torch.Generator().manual_seed(0)
    tensors = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        for shape in ((fan_out, fan_in), (fan_out,)):
            tensors.append((torch.rand(shape, generator=rng) * 2 - 1).div_(math.sqrt(fan_in)).requires_grad_())
    return tensors


def mlp(sizes, samples, activation):
    rng = torch.Generator().manual_seed(1)
    x = torch.randn(samples, sizes[0], generator=rng)
    y = torch.randn(samples, sizes[-1], generator=rng)

    def forward(params, x):
        for i in range(0, len(params), 2):
            x = F.linear(x, params[i], params[i + 1])
            if i + 2 < len(params):
                x = activation(x)
        return x

    return layers(sizes), x, y, forward, lambda params: 0.5 * ((forward(params, x) - y) ** 2).sum() / samples


def gradient_ways(sizes, samples, activation, params=None):
    own, x, y, _, loss = mlp(sizes, samples, activation)
    params = params or own
    frozen = [p.detach() for p in params]
    functional = functorch.grad(loss)

    @torch.jit.script
    def scripted(params: List[torch.Tensor], x: torch.Tensor, y: torch.Tensor, tanh: bool):
        h = x
        for i in range(len(params) // 2):
            h = F.linear(h, params[2 * i], params[2 * i + 1])
            if 2 * i + 2 < len(params):
                h = torch.tanh(h) if tanh else torch.relu(h)
        return 0.5 * ((h - y) ** 2).sum() / x.shape[0]

    tanh = activation is torch.tanh
    return {
        "eager": lambda: torch.autograd.grad(loss(params), params),
        "functorch": lambda: functional(frozen),
        "jit": lambda: torch.autograd.grad(scripted(params, x, y, tanh), params),
    }


def step_ways(sizes, samples, activation):
    """One step of gradient descent in place."""
    params = layers(sizes)
    ways = gradient_ways(sizes, samples, activation, params)

    def stepping(gradient):
        def step():
            grads = gradient()
            with torch.no_grad():
                torch._foreach_add_(params, grads, alpha=-1e-6)

        return step

    return {**{name: stepping(gradient) for name, gradient in ways.items()}, **by_hand(sizes, samples)}


def by_hand(sizes, samples):
    """The backward pass of a tanh MLP with two hidden layers written by hand, the whole loop scripted."""
    if len(sizes) != 4 or sizes[1] > 64:
        return {}
    params, x, y, _, _ = mlp(sizes, samples, torch.tanh)
    state = [p.detach().clone() for p in params]
    steps = 50

    @torch.jit.script
    def descend(p: List[torch.Tensor], x: torch.Tensor, y: torch.Tensor, steps: int):
        w1, b1, w2, b2, w3, b3 = p[0], p[1], p[2], p[3], p[4], p[5]
        eta = 1e-6
        for _ in range(steps):
            h1 = torch.tanh(torch.addmm(b1, x, w1.t()))
            h2 = torch.tanh(torch.addmm(b2, h1, w2.t()))
            g3 = (torch.addmm(b3, h2, w3.t()) - y) / x.shape[0]
            g2 = torch.mm(g3, w3) * (1 - h2 * h2)
            g1 = torch.mm(g2, w2) * (1 - h1 * h1)
            w3 = w3 - eta * torch.mm(g3.t(), h2)
            b3 = b3 - eta * g3.sum(0)
            w2 = w2 - eta * torch.mm(g2.t(), h1)
            b2 = b2 - eta * g2.sum(0)
            w1 = w1 - eta * torch.mm(g1.t(), x)
            b1 = b1 - eta * g1.sum(0)
        return w1

    def run():
        with torch.no_grad():
            descend(state, x, y, steps)

    run.repetitions = steps
    return {"jit, backward by hand": run}


def hvp_ways(sizes, samples, activation):
    params, _, _, _, loss = mlp(sizes, samples, activation)
    frozen = [p.detach() for p in params]
    direction = [torch.randn(p.shape) for p in params]

    def double_backward():
        grads = torch.autograd.grad(loss(params), params, create_graph=True)
        return torch.autograd.grad(grads, params, direction)

    kept = torch.autograd.grad(loss(params), params, create_graph=True)
    return {
        "double backward": double_backward,
        "functorch jvp of grad": lambda: functorch.jvp(functorch.grad(loss), (frozen,), (direction,)),
        "double backward, graph kept": lambda: torch.autograd.grad(kept, params, direction, retain_graph=True),
    }


def jacobian_ways(sizes, samples, activation):
    params, x, _, forward, _ = mlp(sizes, samples, activation)
    frozen = [p.detach() for p in params]
    one = lambda params, sample: forward(params, sample[None])[0]
    ways = {
        "functorch vmap(jacrev)": lambda: functorch.vmap(functorch.jacrev(one), (None, 0))(frozen, x),
        "functorch jacrev": lambda: functorch.jacrev(lambda p: forward(p, x))(frozen),
    }
    if sizes[-1] == 1:
        scalar = lambda params, sample: one(params, sample)[0]
        ways["functorch vmap(grad)"] = lambda: functorch.vmap(functorch.grad(scalar), (None, 0))(frozen, x)
        eye = torch.eye(samples).reshape(samples, samples, 1)
        ways["batched vjp"] = lambda: torch.autograd.grad(forward(params, x), params, eye, is_grads_batched=True)
    return ways


def ntk_ways(sizes, samples, activation):
    """K = JJᵀ of all outputs, a tensor of parameters at a time."""
    params, x, _, forward, _ = mlp(sizes, samples, activation)
    frozen = [p.detach() for p in params]
    one = lambda params, sample: forward(params, sample[None])[0]
    rows = samples * sizes[-1]

    def kernel():
        k = torch.zeros(rows, rows)
        for part in functorch.vmap(functorch.jacrev(one), (None, 0))(frozen, x):
            flat = part.reshape(rows, -1)
            k.addmm_(flat, flat.t())
        return k

    return {"functorch vmap(jacrev) + matmul": kernel}


def map_ways(count, steps):
    """Gradient descent on L = ((uv − 1)² + (uv² − 1)²)/4 from many initial conditions."""
    rng = torch.Generator().manual_seed(2)
    start = 0.5 + torch.rand(2, count, generator=rng)
    eta = 0.1

    def eager():
        x = start.clone()
        for _ in range(steps):
            x.requires_grad_()
            u, v = x[0], x[1]
            loss = 0.25 * ((u * v - 1) ** 2 + (u * v * v - 1) ** 2).sum()
            (g,) = torch.autograd.grad(loss, x)
            x = x.detach() - eta * g
        return x

    @torch.jit.script
    def by_hand(u: torch.Tensor, v: torch.Tensor, eta: float, steps: int):
        for _ in range(steps):
            a = 0.5 * (u * v - 1)
            b = 0.5 * (u * v * v - 1)
            gu = a * v + b * v * v
            gv = a * u + 2 * b * u * v
            u = u - eta * gu
            v = v - eta * gv
        return u, v

    def scripted():
        with torch.no_grad():
            return by_hand(start[0], start[1], eta, steps)

    return {"eager autograd": eager, "jit, gradient by hand": scripted}


def copies_ways(sizes, samples, activation, copies):
    """One step of descent of many copies of a net, each with parameters of its own, on the same data."""
    own, x, y, forward, _ = mlp(sizes, samples, activation)
    rng = torch.Generator().manual_seed(3)
    stacked = [p.detach() + 0.1 * torch.randn(copies, *p.shape, generator=rng) for p in own]
    eta = 0.01
    loss = lambda params: 0.5 * ((forward(params, x) - y) ** 2).sum() / samples
    each = functorch.vmap(functorch.grad(loss))
    wide = x.expand(copies, -1, -1)

    def descend(gradients):
        for p, g in zip(stacked, gradients):
            p -= eta * g

    def batched():
        params = [p.requires_grad_() for p in stacked]
        h = wide
        for i in range(0, len(params), 2):
            h = torch.baddbmm(params[i + 1][:, None], h, params[i].transpose(1, 2))
            if i + 2 < len(params):
                h = activation(h)
        gradients = torch.autograd.grad(0.5 * ((h - y) ** 2).sum() / samples, params)
        for p in stacked:
            p.requires_grad_(False)
        with torch.no_grad():
            descend(gradients)

    return {"batched products": batched, "functorch vmap(grad)": lambda: descend(each(stacked))}


def eigen_ways(n):
    a = np.random.default_rng(3).standard_normal((n, n))
    a = a + a.T
    b = torch.tensor(a)
    return {"numpy eigh": lambda: np.linalg.eigh(a), "torch eigh": lambda: torch.linalg.eigh(b)}


def qr_ways(n):
    a = np.random.default_rng(3).standard_normal((n, n))
    b = torch.tensor(a)
    return {"numpy qr": lambda: np.linalg.qr(a), "torch qr": lambda: torch.linalg.qr(b)}


def cholesky_ways(n):
    a = np.random.default_rng(3).standard_normal((n, n))
    a = a @ a.T
    b = torch.tensor(a)
    return {"numpy cholesky": lambda: np.linalg.cholesky(a), "torch cholesky": lambda: torch.linalg.cholesky(b)}


def tangent_ways(inputs, targets, theta, sizes, eta, batches):
    """Growth of one tangent vector under SGD in parameter space: v ← v − (η/b) Σ ∇²ℓ_i v, a Hessian product a step."""
    x, y = torch.tensor(inputs).view(-1, sizes[0]), torch.tensor(targets).view(-1, sizes[-1])
    flat = torch.tensor(theta)
    shapes = [s for a, b in zip(sizes, sizes[1:]) for s in ((b, a), (b,))]
    params, at = [], 0
    for shape in shapes:
        size = math.prod(shape)
        params.append(flat[at : at + size].view(shape).clone().requires_grad_())
        at += size
    draws = torch.tensor(batches)

    def forward(x):
        for i in range(0, len(params), 2):
            x = F.linear(x, params[i], params[i + 1])
            if i + 2 < len(params):
                x = torch.tanh(x)
        return x

    def growth():
        v = [torch.ones(s) for s in shapes]
        total, norms = 0.0, []
        for batch in draws:
            loss = 0.5 * ((forward(x[batch]) - y[batch]) ** 2).sum() / len(batch)
            grads = torch.autograd.grad(loss, params, create_graph=True)
            v = [a - eta * h for a, h in zip(v, torch.autograd.grad(grads, params, v))]
            norm = math.sqrt(sum(float((a * a).sum()) for a in v))
            v = [a / norm for a in v]
            norms.append(math.log(norm))
        growth.value = sum(norms[len(norms) // 10 :]) / (len(norms) - len(norms) // 10)

    growth.repetitions = len(batches)
    return {"direct, a Hessian product a step": growth}


ACTIVATIONS = {"tanh": torch.tanh, "relu": F.relu}


def network(make):
    return lambda sizes, samples, activation: make(sizes, samples, ACTIVATIONS[activation])


WORK = {
    "gradient": network(gradient_ways),
    "step": network(step_ways),
    "hvp": network(hvp_ways),
    "jacobian": network(jacobian_ways),
    "ntk": network(ntk_ways),
    "map": map_ways,
    "copies": lambda sizes, samples, activation, copies: copies_ways(sizes, samples, ACTIVATIONS[activation], copies),
    "eigen": eigen_ways,
    "qr": qr_ways,
    "cholesky": cholesky_ways,
    "tangent": tangent_ways,
}

made = {}


def timed(run, seconds):
    """Mean seconds of one repetition over about `seconds`; at least one call."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            run()
        taken = time.perf_counter() - start
        if taken >= seconds / 2:
            return taken / count / getattr(run, "repetitions", 1)
        count = max(2 * count, math.ceil(count * seconds / taken))


def answer(request):
    if request.get("versions"):
        return {"PyTorch": torch.__version__, "NumPy": np.__version__, "kernels": kernels()}
    key = request["work"] + json.dumps(request["args"])[:200]
    if key not in made:
        made.clear()  # only the data of the row at hand
        made[key] = WORK[request["work"]](**request["args"])
    run = made[key][request["way"]]
    if request["seconds"] > 0 and not getattr(run, "warm", False):
        timed(run, min(request["seconds"], 0.1))
        try:
            run.warm = True
        except AttributeError:
            pass
    return {"seconds": timed(run, request["seconds"]), "value": getattr(run, "value", 0)}


def kernels():
    """The name of the kernels that OpenBLAS chose."""
    import ctypes

    for line in open("/proc/self/maps"):
        if "openblas" in line:
            library = ctypes.CDLL(line.split()[-1])
            library.openblas_get_config.restype = ctypes.c_char_p
            return library.openblas_get_config().decode()
    return "not OpenBLAS"


if __name__ == "__main__":
    torch.set_num_threads(int(__import__("os").environ["OMP_NUM_THREADS"]))
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
