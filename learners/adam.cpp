// SPDX-License-Identifier: Apache-2.0
#include "learners/adam.h"

#include <algorithm>
#include <cmath>

#include "sim/api/check.h"

namespace wt {
namespace {

constexpr f64 kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-5;

}  // namespace

Adam::Adam(std::vector<torch::Tensor> parameters) : parameters_(std::move(parameters)) {
  for (const torch::Tensor& p : parameters_) {
    mean_.push_back(torch::zeros_like(p));
    square_.push_back(torch::zeros_like(p));
  }
}

f64 Adam::Step(f64 learning_rate, f64 norm_max) {
  torch::NoGradGuard guard;
  f64 squares = 0;
  for (const torch::Tensor& p : parameters_) {
    squares += p.grad().to(torch::kFloat64).square().sum().item<f64>();
  }
  const f64 norm = std::sqrt(squares);
  const f64 scale = norm > norm_max ? norm_max / norm : 1.0;
  ++steps_;
  const f64 correct1 = 1.0 - std::pow(kBeta1, static_cast<f64>(steps_));
  const f64 correct2 = 1.0 - std::pow(kBeta2, static_cast<f64>(steps_));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor p = parameters_[i];
    const torch::Tensor g = p.grad() * scale;
    mean_[i].mul_(kBeta1).add_(g, 1.0 - kBeta1);
    square_[i].mul_(kBeta2).addcmul_(g, g, 1.0 - kBeta2);
    const torch::Tensor down = (square_[i] / correct2).sqrt_().add_(kEpsilon);
    p.addcdiv_(mean_[i] / correct1, down, -learning_rate);
    p.mutable_grad().zero_();
  }
  return norm;
}

AdamState Adam::State() const {
  AdamState out;
  out.steps = steps_;
  const auto append = [](const torch::Tensor& t, std::vector<f32>& to) {
    to.insert(to.end(), t.data_ptr<f32>(), t.data_ptr<f32>() + t.numel());
  };
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    append(mean_[i], out.mean);
    append(square_[i], out.square);
  }
  return out;
}

void Adam::SetState(const AdamState& state) {
  WT_CHECK(state.mean.size() == state.square.size(), "Adam has two moments per parameter");
  steps_ = state.steps;
  std::size_t at = 0;
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const auto n = static_cast<std::size_t>(mean_[i].numel());
    WT_CHECK(at + n <= state.mean.size(), "Adam's state is of this network");
    std::copy_n(state.mean.data() + at, n, mean_[i].data_ptr<f32>());
    std::copy_n(state.square.data() + at, n, square_[i].data_ptr<f32>());
    at += n;
  }
}

}  // namespace wt
