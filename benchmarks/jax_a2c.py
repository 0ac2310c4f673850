"""JAX: rollout, gradient and update compiled into one function, a scan over trials inside.

Two variants of the gradient: JAX's own through the scan, and one written by hand, which keeps the
gates, scans backwards and forms all weight gradients in one product. Several seeds are one
population by vmap; several updates are one call; the random numbers are the hardware's (rbg).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from peer import main
from setting import N_ACTIONS, N_INPUTS, Setting

jax.config.update("jax_default_prng_impl", "unsafe_rbg")

Arrays = dict[str, jax.Array]
FIRST_DECAY, SECOND_DECAY, EPSILON = 0.9, 0.999, 1e-8  # of Adam


def gates_of(total: jax.Array) -> tuple[jax.Array, ...]:
    """Gate activations, each (n_units, lanes)."""
    i, f, o, g = jnp.split(total, 4)
    return lax.logistic(i), lax.logistic(f), lax.logistic(o), jnp.tanh(g)


def rollout(weights: Arrays, draws: jax.Array, arms: jax.Array, unroll: int) -> dict:
    """Play one episode in each lane; all arrays are [trial, feature, lane].

    `weights` has all that multiplies the row (hidden, input, 1) in one matrix, `all`.
    """
    n_trials, _, n_lanes = draws.shape
    n_units = weights["head"].shape[1]

    def step(carry, now):
        hidden, cell, seen = carry
        draw, share = now
        row = jnp.concatenate([hidden, seen, jnp.full((1, n_lanes), share), jnp.ones((1, n_lanes))])
        i, f, o, g = gates_of(weights["all"] @ row)
        new_cell = f * cell + i * g
        squashed = jnp.tanh(new_cell)
        hidden = o * squashed
        out = weights["head"] @ hidden + weights["head_bias"][:, None]
        logit = out[0] - out[1]
        chosen = (draw[0] >= lax.logistic(logit)).astype(jnp.float32)
        reward = (draw[1] < jnp.where(chosen > 0, 1 - arms, arms)).astype(jnp.float32)
        kept = {
            "row": row, "cell": cell, "i": i, "f": f, "o": o, "g": g, "squashed": squashed,
            "hidden": hidden, "logit": logit, "value": out[2], "chosen": chosen, "reward": reward,
        }  # fmt: skip
        return (hidden, new_cell, jnp.stack([1 - chosen, chosen, reward])), kept

    start = (
        jnp.broadcast_to(weights["initial_hidden"][:, None], (n_units, n_lanes)),
        jnp.broadcast_to(weights["initial_cell"][:, None], (n_units, n_lanes)),
        jnp.zeros((3, n_lanes)),  # no action and no reward came before
    )
    share = jnp.arange(n_trials) / n_trials
    return lax.scan(step, start, (draws, share), unroll=unroll)[1]


def returns_of(reward: jax.Array, discount: float) -> jax.Array:
    """Discounted returns to the end of the episode, as one product."""
    n = len(reward)
    later = np.arange(n)[None] - np.arange(n)[:, None]
    return jnp.asarray(np.where(later >= 0, discount ** np.maximum(later, 0), 0), jnp.float32) @ reward


def loss_of(kept: dict, returns: jax.Array, entropy_weight: jax.Array, setting: Setting) -> jax.Array:
    """The loss of the advantage actor-critic, a mean over all steps."""
    logit, value, chosen = kept["logit"], kept["value"], kept["chosen"]
    error = returns - value
    taken = -jnp.logaddexp(0, jnp.where(chosen > 0, logit, -logit))
    p = lax.logistic(logit)
    entropy = p * jnp.logaddexp(0, -logit) + (1 - p) * jnp.logaddexp(0, logit)
    return jnp.mean(
        -lax.stop_gradient(error) * taken
        + setting.value_weight / 2 * error**2
        - entropy_weight * entropy
    )


def gradient_through_the_scan(weights, draws, arms, entropy_weight, setting, unroll):
    """JAX's own gradient of the rollout."""

    def loss(weights):
        kept = rollout(weights, draws, arms, unroll)
        returns = returns_of(kept["reward"], setting.discount)
        return loss_of(kept, returns, entropy_weight, setting), kept

    gradient, kept = jax.grad(loss, has_aux=True)(weights)
    return gradient, kept


def gradient_by_hand(weights, draws, arms, entropy_weight, setting, unroll):
    """Back-propagation as a scan of its own, and the gradient of all weights as one product."""
    kept = rollout(weights, draws, arms, unroll)
    returns = returns_of(kept["reward"], setting.discount)
    head = {name: kept[name] for name in ("logit", "value")}
    push = jax.grad(lambda head: loss_of(kept | head, returns, entropy_weight, setting))(head)
    out = jnp.stack([push["logit"], -push["logit"], push["value"]], axis=1)
    n_units = weights["head"].shape[1]
    back = weights["all"][:, :n_units].T
    head_back = weights["head"].T

    def step(carry, now):
        d_hidden, d_cell = carry
        kept, out = now
        i, f, o, g, squashed = (kept[name] for name in ("i", "f", "o", "g", "squashed"))
        d_hidden = d_hidden + head_back @ out
        d_cell = d_cell + d_hidden * o * (1 - squashed * squashed)
        total = jnp.concatenate([
            d_cell * g * i * (1 - i),
            d_cell * kept["cell"] * f * (1 - f),
            d_hidden * squashed * o * (1 - o),
            d_cell * i * (1 - g * g),
        ])  # fmt: skip
        return (back @ total, d_cell * f), total

    nothing = jnp.zeros_like(kept["hidden"][0])
    needed = {name: kept[name] for name in ("i", "f", "o", "g", "squashed", "cell")}
    (d_hidden, d_cell), total = lax.scan(
        step, (nothing, nothing), (needed, out), reverse=True, unroll=unroll
    )
    gradient = {
        "all": jnp.einsum("tal,tbl->ab", total, kept["row"]),
        "head": jnp.einsum("tal,tbl->ab", out, kept["hidden"]),
        "head_bias": out.sum((0, 2)),
        "initial_hidden": d_hidden.sum(1),
        "initial_cell": d_cell.sum(1),
    }
    return gradient, kept


GRADIENTS = {"scan": gradient_through_the_scan, "hand": gradient_by_hand}


def update(state, now, setting, gradient_of, unroll):
    """One rollout, gradient, clipping and Adam step of one seed."""
    weights, mean, square, count = state
    key, learning_rate, entropy_weight = now
    key_arms, key_draws = jax.random.split(key)
    arms = jax.random.uniform(key_arms, (setting.n_lanes,))
    draws = jax.random.uniform(key_draws, (setting.n_trials, 2, setting.n_lanes))
    gradient, kept = gradient_of(weights, draws, arms, entropy_weight, setting, unroll)
    norm = jnp.sqrt(sum(jnp.vdot(g, g) for g in gradient.values()))
    scale = jnp.minimum(1, setting.max_gradient_norm / norm)
    count = count + 1
    rate = learning_rate * jnp.sqrt(1 - SECOND_DECAY**count) / (1 - FIRST_DECAY**count)
    mean = {k: m + (1 - FIRST_DECAY) * (scale * gradient[k] - m) for k, m in mean.items()}
    square = {k: s + (1 - SECOND_DECAY) * ((scale * gradient[k]) ** 2 - s) for k, s in square.items()}
    weights = {k: w - rate * mean[k] / (jnp.sqrt(square[k]) + EPSILON) for k, w in weights.items()}
    better = jnp.where(arms > 0.5, 0.0, 1.0)
    lost = jnp.abs(2 * arms - 1) * (kept["chosen"] != better)
    return (weights, mean, square, count), (kept["reward"].sum(0).mean(), lost.sum(0).mean())


class JaxA2C:
    """Trains all seeds as one population."""

    def __init__(
        self, setting: Setting, seeds: Sequence[int], variant: str, per_call: int, unroll: int
    ) -> None:
        self.setting, self.per_call, self.n_updates = setting, per_call, 0
        one = partial(update, setting=setting, gradient_of=GRADIENTS[variant], unroll=unroll)
        self.many_seeds = len(seeds) > 1
        whole = jax.vmap(one, in_axes=(0, (0, None, None))) if self.many_seeds else one

        def several(state, key, learning_rate, entropy_weights):
            shape = (per_call, len(seeds)) if self.many_seeds else (per_call,)
            keys = jax.random.split(key, shape)
            rates = jnp.full(per_call, learning_rate)
            return lax.scan(whole, state, (keys, rates, entropy_weights))

        self.step = jax.jit(several)
        every = [self._weights(seed) for seed in seeds]
        weights = {
            name: jnp.asarray(np.stack([w[name] for w in every]) if self.many_seeds else every[0][name])
            for name in every[0]
        }
        nothing = {name: jnp.zeros_like(array) for name, array in weights.items()}
        count = jnp.zeros(len(seeds) if self.many_seeds else (), jnp.float32)
        self.state = (weights, nothing, nothing, count)
        self.key = jax.random.key(seeds[0])

    def train(self, n_updates: int) -> float:
        """See `Peer.train`; whole calls only."""
        rewards = []
        for _ in range(-(-n_updates // self.per_call)):
            entropy_weights = self.setting.entropy_weights(self.n_updates, self.per_call)
            self.state, (reward, _) = self._call(self.setting.learning_rate, entropy_weights)
            self.n_updates += self.per_call
            rewards.append(reward)
        return float(jnp.mean(jnp.stack(rewards)))

    def regret(self, n_episodes: int) -> float:
        """See `Peer.regret`; updates of rate 0 whose end is dropped, so nothing more is compiled."""
        episodes = self.per_call * self.setting.n_lanes * self.setting.n_seeds
        none = np.zeros(self.per_call, np.float32)
        lost = [self._call(0.0, none)[1][1].mean() for _ in range(-(-n_episodes // episodes))]
        return float(jnp.mean(jnp.stack(lost)))

    def _call(self, learning_rate: float, entropy_weights: np.ndarray) -> tuple:
        self.key, key = jax.random.split(self.key)
        return self.step(self.state, key, learning_rate, entropy_weights)

    def _weights(self, seed: int) -> dict[str, np.ndarray]:
        """First weights, [output, input], those of the row (hidden, input, 1) in one matrix."""
        w = self.setting.initial_weights(seed)
        rows = np.concatenate([w["recurrent"], w["input"], w["bias"][None]])
        others = ("head_bias", "initial_hidden", "initial_cell")
        return {"all": rows.T.copy(), "head": w["head"].T.copy(), **{k: w[k] for k in others}}


if __name__ == "__main__":
    main(
        JaxA2C,
        variant={"choices": sorted(GRADIENTS), "default": "hand"},
        per_call={"type": int, "default": 10, "help": "updates compiled into one call"},
        unroll={"type": int, "default": 1, "help": "trials unrolled in the scan"},
    )
