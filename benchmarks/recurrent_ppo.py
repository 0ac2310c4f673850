"""sb3-contrib: RecurrentPPO with its own defaults, on the toolkit's bandit as a Gymnasium environment.

Its settings are those it comes with, which reach the criterion in fewer steps than ours; only the
network has our size, and one rollout holds whole episodes of all environments.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from peer import main
from sb3_contrib import RecurrentPPO
from setting import Setting
from stable_baselines3.common.vec_env import DummyVecEnv

from fastslow.tasks import Bandit, as_gymnasium


class Ppo:
    """Trains one seed; one update is one rollout of all environments and ten epochs on it."""

    per_call = 1

    def __init__(self, setting: Setting, seeds: Sequence[int]) -> None:
        if len(seeds) > 1:
            raise ValueError(f"RecurrentPPO trains one seed at a time, asked for {len(seeds)}")
        self.setting = setting
        self.model = RecurrentPPO(
            "MlpLstmPolicy",
            self._envs(setting.n_lanes, seeds[0]),
            n_steps=setting.n_trials,
            policy_kwargs={"lstm_hidden_size": setting.n_units, "net_arch": []},
            seed=seeds[0],
            device="cpu",
        )

    def train(self, n_updates: int) -> float:
        """See `Peer.train`."""
        rewards: list[float] = []

        def note(scope: dict, _: dict) -> bool:
            rewards.append(float(np.mean(scope["rewards"])))
            return True

        self.model.learn(
            n_updates * self.setting.n_lanes * self.setting.n_trials,
            callback=note,
            reset_num_timesteps=False,
        )
        return float(np.sum(rewards)) / n_updates

    def regret(self, n_episodes: int) -> float:
        """See `Peer.regret`."""
        envs = self._envs(n_episodes, seed=10_000 + self.model.num_timesteps)
        n_trials = self.setting.n_trials
        seen, state = envs.reset(), None
        truth = envs.reset_infos
        starts, lost = np.ones(n_episodes, bool), 0.0
        for _ in range(n_trials):
            action, state = self.model.predict(seen, state, starts, deterministic=False)
            arms = np.array([[info["arm_mean_0"], info["arm_mean_1"]] for info in truth])
            lost += np.mean(arms.max(1) - arms[np.arange(n_episodes), action])
            seen, _, starts, truth = envs.step(action)
        return float(lost)

    def _envs(self, n: int, seed: int) -> DummyVecEnv:
        task = Bandit(n_trials=self.setting.n_trials)
        inputs = {"previous_action": True, "previous_reward": True, "time": True}
        envs = DummyVecEnv([lambda: as_gymnasium(task, **inputs)] * n)
        envs.seed(seed)
        return envs


if __name__ == "__main__":
    main(Ppo)
