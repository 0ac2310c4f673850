"""JAX: rollout, gradient and update compiled into one function, a scan over trials inside.

Two variants of the gradient: JAX's own through the scan, and one written by hand, which keeps the
gates, scans backwards and forms all gradients of the recurrent weights in one product. Several
seeds are one population, several updates are one call, the random numbers are the hardware's
(rbg). Tried and slower: [feature, lane] in place of [lane, feature], gates kept as one
array, the head in one product with the recurrent weights, unrolling the scan.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import AxisType, PartitionSpec
from peer import main
from setting import Setting

N_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
jax.config.update("jax_default_prng_impl", "unsafe_rbg")
jax.config.update("jax_num_cpu_devices", N_CORES)

Arrays = dict[str, jax.Array]
FIRST_DECAY, SECOND_DECAY, EPSILON = 0.9, 0.999, 1e-8  # of Adam


def sigmoid_by_tanh(x: jax.Array) -> jax.Array:
    """The logistic function, faster on CPU than `lax.logistic`, but not its gradient."""
    return 0.5 * jnp.tanh(0.5 * x) + 0.5


def rollout(
    weights: Arrays, draws: jax.Array, arms: jax.Array, sigmoid: Callable, unroll: int
) -> Arrays:
    """Play one episode in each lane; what is kept is [trial, lane, ...].

    The row (hidden, input, 1) meets all its weights in one product.
    """
    n_trials, _, n_lanes = draws.shape
    n_units = weights["head"].shape[0]
    one = jnp.ones((n_lanes, 1))

    def step(carry: tuple, now: tuple) -> tuple:
        hidden, cell, seen = carry
        draw, share = now
        row = jnp.concatenate([hidden, seen, share * one, one], axis=1)
        total = jnp.split(row @ weights["row"], 4, axis=1)
        i, f, o = map(sigmoid, total[:3])
        g = jnp.tanh(total[3])
        new_cell = f * cell + i * g
        squashed = jnp.tanh(new_cell)
        hidden = o * squashed
        out = hidden @ weights["head"] + weights["head_bias"]
        logit = out[:, 0] - out[:, 1]  # of choosing arm 0
        chosen = (draw[0] >= lax.logistic(logit)).astype(jnp.float32)
        reward = (draw[1] < jnp.where(chosen > 0, 1 - arms, arms)).astype(jnp.float32)
        kept = {
            "row": row, "cell": cell, "i": i, "f": f, "o": o, "g": g, "squashed": squashed,
            "hidden": hidden, "logit": logit, "value": out[:, 2], "chosen": chosen, "reward": reward,
        }  # fmt: skip
        return (hidden, new_cell, jnp.stack([1 - chosen, chosen, reward], axis=1)), kept

    start = (
        jnp.broadcast_to(weights["initial_hidden"], (n_lanes, n_units)),
        jnp.broadcast_to(weights["initial_cell"], (n_lanes, n_units)),
        jnp.zeros((n_lanes, 3)),  # no action and no reward came before
    )
    share = jnp.arange(n_trials) / n_trials
    return lax.scan(step, start, (draws, share), unroll=unroll)[1]


def returns_of(reward: jax.Array, discount: float) -> jax.Array:
    """Discounted returns to the end of the episode, as one product."""
    n = len(reward)
    later = np.arange(n)[None] - np.arange(n)[:, None]
    weight = np.where(later >= 0, discount ** np.maximum(later, 0), 0)
    return jnp.asarray(weight, jnp.float32) @ reward


def loss_of(kept: Arrays, entropy_weight: jax.Array, setting: Setting) -> jax.Array:
    """The loss of the advantage actor-critic, a mean over all steps."""
    logit = kept["logit"]
    error = returns_of(kept["reward"], setting.discount) - kept["value"]
    taken = -jnp.logaddexp(0, jnp.where(kept["chosen"] > 0, logit, -logit))
    p = lax.logistic(logit)
    entropy = p * jnp.logaddexp(0, -logit) + (1 - p) * jnp.logaddexp(0, logit)
    return jnp.mean(
        -lax.stop_gradient(error) * taken
        + setting.value_weight / 2 * error**2
        - entropy_weight * entropy
    )


def gradient_through_the_scan(
    weights: Arrays, draws: jax.Array, arms: jax.Array, loss: Callable, unroll: int
) -> tuple[Arrays, Arrays]:
    """JAX's own gradient of the rollout, and what was kept."""

    def loss_of_weights(weights: Arrays) -> tuple:
        kept = rollout(weights, draws, arms, lax.logistic, unroll)
        return loss(kept), kept

    return jax.grad(loss_of_weights, has_aux=True)(weights)


def gradient_by_hand(
    weights: Arrays, draws: jax.Array, arms: jax.Array, loss: Callable, unroll: int
) -> tuple[Arrays, Arrays]:
    """Back-propagation as a scan of its own, and what was kept."""
    kept = rollout(weights, draws, arms, sigmoid_by_tanh, unroll)
    push = jax.grad(lambda outputs: loss(kept | outputs))(
        {name: kept[name] for name in ("logit", "value")}
    )
    out = jnp.stack([push["logit"], -push["logit"], push["value"]], axis=-1)
    head_back = weights["head"].T
    row_back = weights["row"][: len(weights["head"])].T

    def step(carry: tuple, now: tuple) -> tuple:
        d_hidden, d_cell = carry
        at, out = now
        i, f, o, g, squashed = (at[name] for name in ("i", "f", "o", "g", "squashed"))
        d_hidden = d_hidden + out @ head_back
        d_cell = d_cell + d_hidden * o * (1 - squashed * squashed)
        d_total = [
            d_cell * g * i * (1 - i),
            d_cell * at["cell"] * f * (1 - f),
            d_hidden * squashed * o * (1 - o),
            d_cell * i * (1 - g * g),
        ]
        total = jnp.concatenate(d_total, axis=1)
        return (total @ row_back, d_cell * f), total

    def product(x: jax.Array, y: jax.Array) -> jax.Array:
        return x.reshape(-1, x.shape[-1]).T @ y.reshape(-1, y.shape[-1])

    nothing = jnp.zeros_like(kept["hidden"][0])
    needed = {name: kept[name] for name in ("i", "f", "o", "g", "squashed", "cell")}
    (d_hidden, d_cell), total = lax.scan(
        step, (nothing, nothing), (needed, out), reverse=True, unroll=unroll
    )
    gradient = {
        "row": product(kept["row"], total),
        "head": product(kept["hidden"], out),
        "head_bias": out.sum((0, 1)),
        "initial_hidden": d_hidden.sum(0),
        "initial_cell": d_cell.sum(0),
    }
    return gradient, kept


GRADIENTS = {"scan": gradient_through_the_scan, "hand": gradient_by_hand}


def update(state: tuple, now: tuple, setting: Setting, variant: str, unroll: int) -> tuple:
    """One rollout, gradient, clipping and Adam step of one seed."""
    weights, mean, square, count = state
    key, learning_rate, entropy_weight = now
    key_arms, key_draws = jax.random.split(key)
    arms = jax.random.uniform(key_arms, (setting.n_lanes,))
    draws = jax.random.uniform(key_draws, (setting.n_trials, 2, setting.n_lanes))
    loss = partial(loss_of, entropy_weight=entropy_weight, setting=setting)
    gradient, kept = GRADIENTS[variant](weights, draws, arms, loss, unroll)
    norm = jnp.sqrt(sum(jnp.vdot(g, g) for g in gradient.values()))
    scale = jnp.minimum(1, setting.max_gradient_norm / norm)
    gradient = {k: scale * g for k, g in gradient.items()}
    count = count + 1
    mean = {k: m + (1 - FIRST_DECAY) * (gradient[k] - m) for k, m in mean.items()}
    square = {k: s + (1 - SECOND_DECAY) * (gradient[k] ** 2 - s) for k, s in square.items()}
    rate = learning_rate / (1 - FIRST_DECAY**count)
    start = 1 - SECOND_DECAY**count
    weights = {
        k: w - rate * mean[k] / (jnp.sqrt(square[k] / start) + EPSILON) for k, w in weights.items()
    }
    worse = kept["chosen"] != (arms < 0.5)
    regret = (jnp.abs(2 * arms - 1) * worse).sum(0).mean()
    return (weights, mean, square, count), (kept["reward"].sum(0).mean(), regret)


class JaxA2C:
    """Trains all seeds as one population: by vmap, or dealt out to the cores and mapped there."""

    def __init__(
        self,
        setting: Setting,
        seeds: Sequence[int],
        variant: str,
        population: str,
        per_call: int,
        unroll: int,
    ) -> None:
        self.setting, self.per_call, self.n_updates = setting, per_call, 0
        one_update = partial(update, setting=setting, variant=variant, unroll=unroll)

        def one_seed(state: tuple, key: jax.Array, rates: jax.Array, entropy: jax.Array) -> tuple:
            return lax.scan(one_update, state, (jax.random.split(key, per_call), rates, entropy))

        def in_turn(state: tuple, keys: jax.Array, rates: jax.Array, entropy: jax.Array) -> tuple:
            return lax.map(lambda seed: one_seed(*seed, rates, entropy), (state, keys))

        if population == "vmap":
            all_seeds = jax.vmap(one_seed, in_axes=(0, 0, None, None))
        else:
            mesh = jax.make_mesh((math.gcd(len(seeds), N_CORES),), ("seed",), (AxisType.Auto,))
            mine, same = PartitionSpec("seed"), PartitionSpec()
            all_seeds = jax.shard_map(
                in_turn,
                mesh=mesh,
                in_specs=(mine, mine, same, same),
                out_specs=mine,
                check_vma=False,
            )
        # 512 bits, which XLA does not use by itself, are some 5 % faster where there are any.
        self.all_seeds = jax.jit(all_seeds, compiler_options={"xla_cpu_prefer_vector_width": 512})
        each = [first_weights(setting, seed) for seed in seeds]
        weights = {name: np.stack([w[name] for w in each]) for name in each[0]}
        nothing = {name: np.zeros_like(array) for name, array in weights.items()}
        self.state = (weights, nothing, nothing, np.zeros(len(seeds), np.float32))
        self.key = jax.random.key(seeds[0])

    def train(self, n_updates: int) -> float:
        """See `Peer.train`."""
        rewards = []
        for _ in range(n_updates // self.per_call):
            self.state, (reward, _) = self._call(
                *self.setting.schedule(self.n_updates, self.per_call)
            )
            self.n_updates += self.per_call
            rewards.append(reward)
        return float(np.mean([np.mean(reward) for reward in rewards]))

    def regret(self, n_episodes: int) -> float:
        """See `Peer.regret`; updates of rate 0 whose end is dropped, so nothing more is compiled."""
        none = np.zeros(self.per_call, np.float32)
        episodes = self.per_call * self.setting.n_lanes * self.setting.n_seeds
        calls = [self._call(none, none) for _ in range(-(-n_episodes // episodes))]
        return float(np.mean([np.mean(regret) for _, (_, regret) in calls]))

    def _call(self, rates: np.ndarray, entropy_weights: np.ndarray) -> tuple:
        self.key, *keys = jax.random.split(self.key, 1 + self.setting.n_seeds)
        return self.all_seeds(self.state, jnp.stack(keys), rates, entropy_weights)


def first_weights(setting: Setting, seed: int) -> dict[str, np.ndarray]:
    """First weights, those of the row (hidden, input, 1) in one matrix."""
    w = setting.initial_weights(seed)
    row = np.concatenate([w["recurrent"], w["input"], w["bias"][None]])
    others = ("head", "head_bias", "initial_hidden", "initial_cell")
    return {"row": row, **{name: w[name] for name in others}}


if __name__ == "__main__":
    main(
        JaxA2C,
        variant={"choices": sorted(GRADIENTS), "default": "hand"},
        population={"choices": ["cores", "vmap"], "default": "cores"},
        per_call={"type": int, "default": 8, "help": "updates compiled into one call"},
        unroll={"type": int, "default": 1, "help": "trials unrolled in the scan"},
    )
