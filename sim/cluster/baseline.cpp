// SPDX-License-Identifier: Apache-2.0
#include "sim/cluster/baseline.h"

#include <algorithm>

#include "sim/world.h"

namespace wt {
namespace {

f32 Median(std::vector<f32> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void ComputeBaseline(Blueprint& blueprint) {
  const std::size_t services = blueprint.graph.services.size();
  std::vector<std::vector<f32>> p99(services);
  std::vector<f32> client;
  WorldPool pool;
  for (const auto& image : blueprint.settled) {
    const World world = pool.Load(image);
    client.push_back(world.header().client.p99_s);
    for (std::size_t s = 0; s < services; ++s) {
      p99[s].push_back(world.Rows<FlowServiceRow>()[s].p99_s);
    }
  }
  blueprint.baseline_p99_s.clear();
  for (const auto& values : p99) blueprint.baseline_p99_s.push_back(Median(values));
  blueprint.baseline_client_p99_s = Median(client);
}

}  // namespace wt
