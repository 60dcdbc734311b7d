// SPDX-License-Identifier: Apache-2.0
// The native policy's forward pass, without torch. One network fits clusters of any size: an
// encoder per entity kind, pooling over entities and call edges, a pointer head over moves of
// slots. H = width; concatenation is [a, b]; every layer but the heads ends in ReLU.
//   e_k      = W_k x + b_k                                   per entity of kind k, and global
//   context  = W_c [e_global, mean e_s, max e_s, mean e_w, max e_w, mean e_n] + b_c
//   s2       = W_s2 [e_s, mean e of its callees, e of its workload, context] + b
//   w2       = W_w2 [e_w, mean e of its services in use, context] + b
//   n2       = W_n2 [e_n, context] + b
//   logits   = head_k entity2 (cluster: head_c context), softmax over all legal (slot, move)
// Sums run in slot order and rows are independent, so results do not depend on the batch.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "agents/dense.h"
#include "agents/policy.h"
#include "sim/api/spec.h"

namespace wt {

// Layers in file order. `in` and `out` in units given by the width.
enum class Layer : u8 {
  kEncodeGlobal, kEncodeService, kEncodeWorkload, kEncodeNode, kContext, kService2, kWorkload2,
  kNode2, kHeadCluster, kHeadService, kHeadWorkload, kHeadNode, kCount
};
inline constexpr int kLayers = static_cast<int>(Layer::kCount);
std::string_view LayerName(Layer layer);

LayerShape ShapeOf(Layer layer, u32 width);

struct NetworkWeights {
  u32 width = 32;
  bool blind = false;  // sees only which slots are in use and the clock
  // Per layer: weight [in][out] row-major, then bias [out].
  std::array<std::vector<f32>, kLayers> layers;

  explicit NetworkWeights(u32 the_width = 32);
  u32 Parameters() const;
};

// Zeroes what a blind policy must not see: features but `exists` and the clock, and all links.
void MakeBlind(const ObservationView& view);

// Scratch of one thread; reused.
struct NetworkScratch {
  std::vector<f32> floats;
  std::vector<u16> degrees;
};

// Logits of all (slot, move) pairs: kinds in EntityKind order, slot-major, [slot][move].
// Size LogitCount(shape). Slots not in use get zeros. No allocation once scratch has grown.
u32 LogitCount(const ObservationShape& shape);
void Forward(const NetworkWeights& weights, const ObservationView& view, std::span<f32> logits,
             NetworkScratch& scratch);

// Picks a legal action: greedy (`uniform` < 0) or by inverse transform of `uniform` in [0, 1).
// Returns its log-probability; entropy if wanted. REQUIRES: at least one legal move.
struct Choice {
  Action action;
  f32 log_prob = 0;
};
Choice Choose(const ObservationView& view, std::span<const f32> logits, f32 uniform);

// The policy that plays a network: samples by (key, step), or takes the best move.
std::unique_ptr<Policy> MakeNetworkPolicy(std::shared_ptr<const NetworkWeights> weights,
                                          bool greedy, std::string name);

}  // namespace wt
