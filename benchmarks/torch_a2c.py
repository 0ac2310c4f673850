"""Eager torch: the storage-tensor A2C of common practice, with an LSTM cell and autograd.

All lanes step together, what a step gives is stored, one backward pass follows each episode. As
strong as that design gets without a compiler: the world is torch's own, its random numbers are
drawn once an episode, and there is one product a step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from peer import main
from setting import N_INPUTS, Setting
from torch import Tensor
from torch.nn import functional


class TorchA2C:
    """Trains all seeds as one population, by batched products."""

    per_call = 1

    def __init__(self, setting: Setting, seeds: Sequence[int]) -> None:
        self.setting, self.n_updates = setting, 0
        each = [setting.initial_weights(seed) for seed in seeds]
        self.weights = {
            name: torch.tensor(np.stack([w[name] for w in each]), requires_grad=True)
            for name in each[0]
        }
        self.optimizer = torch.optim.Adam(
            self.weights.values(), lr=setting.learning_rate, fused=True
        )
        self.generator = torch.Generator().manual_seed(seeds[0])

    def train(self, n_updates: int) -> float:
        """See `Peer.train`."""
        schedule = zip(*self.setting.schedule(self.n_updates, n_updates), strict=True)
        self.n_updates += n_updates
        return float(np.mean([self._update(float(rate), float(w)) for rate, w in schedule]))

    @torch.no_grad()
    def regret(self, n_episodes: int) -> float:
        """See `Peer.regret`."""
        *_, regret = self._play(-(-n_episodes // self.setting.n_seeds))
        return float(regret)

    def _play(self, n_lanes: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits, values, actions and rewards (n_trials, seeds, lanes), then the mean regret."""
        n_seeds, n_trials = self.setting.n_seeds, self.setting.n_trials
        n_units, w = self.setting.n_units, self.weights
        row_weights = torch.cat([w["input"], w["recurrent"]], dim=1)
        bias, head_bias = w["bias"][:, None], w["head_bias"][:, None]
        hidden, cell = (
            w[f"initial_{name}"][:, None].expand(-1, n_lanes, -1) for name in ("hidden", "cell")
        )
        arms = torch.rand(n_seeds, n_lanes, generator=self.generator)
        draws = torch.rand(n_trials, 2, n_seeds, n_lanes, generator=self.generator)
        seen = torch.zeros(n_trials + 1, n_seeds, n_lanes, N_INPUTS)
        seen[:, ..., 3] = (torch.arange(n_trials + 1) / n_trials)[:, None, None]
        outs, actions, rewards = [], [], []
        for t in range(n_trials):
            row = torch.cat([seen[t], hidden], dim=-1)
            total = torch.baddbmm(bias, row, row_weights)
            i, f, o = torch.sigmoid(total[..., :-n_units]).chunk(3, dim=-1)
            cell = f * cell + i * torch.tanh(total[..., -n_units:])
            hidden = o * torch.tanh(cell)
            out = torch.baddbmm(head_bias, hidden, w["head"])
            with torch.no_grad():
                first = torch.sigmoid(out[..., 0] - out[..., 1])
                action = draws[t, 0] >= first
                reward = (draws[t, 1] < torch.where(action, 1 - arms, arms)).float()
                torch.stack([~action, action, reward], dim=-1, out=seen[t + 1, ..., :3])
            outs.append(out)
            actions.append(action)
            rewards.append(reward)
        out, action = torch.stack(outs), torch.stack(actions)
        worse = action != (arms < 0.5)
        regret = ((2 * arms - 1).abs() * worse).sum(0).mean()
        return out, action, torch.stack(rewards), regret

    def _update(self, learning_rate: float, entropy_weight: float) -> float:
        setting = self.setting
        out, action, reward, _ = self._play(setting.n_lanes)
        returns, after = torch.empty_like(reward), torch.zeros_like(reward[0])
        for t in reversed(range(setting.n_trials)):
            after = returns[t] = reward[t] + setting.discount * after
        log_policy = functional.log_softmax(out[..., :2], dim=-1)
        taken = log_policy.gather(-1, action.long()[..., None])[..., 0]
        error = returns - out[..., 2]
        entropy = -(log_policy.exp() * log_policy).sum(-1)
        loss = (
            -error.detach() * taken + setting.value_weight / 2 * error**2 - entropy_weight * entropy
        )
        self.optimizer.zero_grad()
        loss.mean((0, 2)).sum().backward()
        gradients = [w.grad for w in self.weights.values()]
        norm = sum(g.flatten(1).square().sum(1) for g in gradients).sqrt()
        scale = (setting.max_gradient_norm / norm).clamp(max=1)
        for g in gradients:
            g.mul_(scale.view(-1, *[1] * (g.dim() - 1)))
        self.optimizer.param_groups[0]["lr"] = learning_rate
        self.optimizer.step()
        return float(reward.sum(0).mean())


if __name__ == "__main__":
    main(TorchA2C)
