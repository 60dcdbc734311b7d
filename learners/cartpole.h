// SPDX-License-Identifier: Apache-2.0
// CartPole-v1 as Gymnasium defines it (envs/classic_control/cartpole.py, 1.x; after A. Barto,
// R. Sutton, C. Anderson, 1983): the reference task on which a preset is trusted before it trains
// on clusters. Euler steps of 0.02 s, force 10 N, cart 1 kg, pole 0.1 kg and 1 m; an episode ends
// at |x| > 2.4 m, |angle| > 12 degrees, or after 500 steps; each step earns 1.
#pragma once

#include <array>

#include "sim/api/ints.h"

namespace wt {

inline constexpr u32 kCartPoleSteps = 500;
inline constexpr u32 kCartPoleMoves = 2;  // push left, push right

struct CartPole {
  f64 position = 0;          // m
  f64 velocity = 0;          // m/s
  f64 angle = 0;             // rad, 0 = upright
  f64 angular_velocity = 0;  // rad/s
};

// Every coordinate uniform in [-0.05, 0.05), from the key alone.
CartPole StartCartPole(u64 key);

// One step. True when the cart or the pole is out of bounds: the episode is over.
bool StepCartPole(CartPole& state, u32 move);

// What the policy sees, as f32.
std::array<f32, 4> ObserveCartPole(const CartPole& state);

}  // namespace wt
