// SPDX-License-Identifier: Apache-2.0
#include "learners/cartpole.h"

#include "agents/hash_draw.h"

namespace wt {
namespace {

constexpr f64 kGravity = 9.8, kCartMass = 1.0, kPoleMass = 0.1, kHalfLength = 0.5;
constexpr f64 kForce = 10.0, kStep = 0.02;
constexpr f64 kTotalMass = kCartMass + kPoleMass, kPoleMoment = kPoleMass * kHalfLength;
constexpr f64 kPositionMax = 2.4, kAngleMax = 12.0 * 2.0 * 3.14159265358979323846 / 360.0;

// Taylor series about 0, below rounding for |x| < 0.5; not libm, whose last bits differ.
f64 Sine(f64 x) {
  const f64 z = x * x;
  f64 p = -1.0 / 1307674368000.0;
  for (const f64 c : {1.0 / 6227020800.0, -1.0 / 39916800.0, 1.0 / 362880.0, -1.0 / 5040.0,
                      1.0 / 120.0, -1.0 / 6.0, 1.0}) {
    p = p * z + c;
  }
  return x * p;
}
f64 Cosine(f64 x) {
  const f64 z = x * x;
  f64 p = 1.0 / 20922789888000.0;
  for (const f64 c : {-1.0 / 87178291200.0, 1.0 / 479001600.0, -1.0 / 3628800.0, 1.0 / 40320.0,
                      -1.0 / 720.0, 1.0 / 24.0, -0.5, 1.0}) {
    p = p * z + c;
  }
  return p;
}

}  // namespace

CartPole StartCartPole(u64 key) {
  const auto draw = [&](u32 i) {
    return 0.1 * static_cast<f64>(HashDraw(key, 0, i) >> 11) * 0x1p-53 - 0.05;
  };
  return {draw(0), draw(1), draw(2), draw(3)};
}

bool StepCartPole(CartPole& s, u32 move) {
  const f64 force = move == 1 ? kForce : -kForce;
  const f64 sine = Sine(s.angle), cosine = Cosine(s.angle);
  const f64 push = (force + kPoleMoment * s.angular_velocity * s.angular_velocity * sine) /
                   kTotalMass;
  const f64 angular_acceleration =
      (kGravity * sine - cosine * push) /
      (kHalfLength * (4.0 / 3.0 - kPoleMass * cosine * cosine / kTotalMass));
  const f64 acceleration = push - kPoleMoment * angular_acceleration * cosine / kTotalMass;
  s.position += kStep * s.velocity;
  s.velocity += kStep * acceleration;
  s.angle += kStep * s.angular_velocity;
  s.angular_velocity += kStep * angular_acceleration;
  return s.position < -kPositionMax || s.position > kPositionMax || s.angle < -kAngleMax ||
         s.angle > kAngleMax;
}

std::array<f32, 4> ObserveCartPole(const CartPole& s) {
  return {static_cast<f32>(s.position), static_cast<f32>(s.velocity), static_cast<f32>(s.angle),
          static_cast<f32>(s.angular_velocity)};
}

}  // namespace wt
