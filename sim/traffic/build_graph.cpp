// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/build_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/topological_sort.hpp>
#include <iterator>
#include <optional>

#include "sim/traffic/flow.h"

namespace wt {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

Error Invalid(std::string what) { return {ErrorCode::kInvalidInput, "", std::move(what)}; }

// Vertices, sources before targets; nothing if there is a cycle.
std::optional<std::vector<u32>> Sorted(const Graph& graph) {
  std::vector<u32> order;
  order.reserve(boost::num_vertices(graph));
  try {
    boost::topological_sort(graph, std::back_inserter(order));  // targets first
  } catch (const boost::not_a_dag&) {
    return std::nullopt;
  }
  std::reverse(order.begin(), order.end());
  return order;
}

// Remembers the tree path to each vertex and the first circle that closes.
struct CycleFinder : boost::default_dfs_visitor {
  std::vector<u32>* parent;
  std::vector<u32>* cycle;
  void tree_edge(Graph::edge_descriptor e, const Graph& g) {
    (*parent)[boost::target(e, g)] = static_cast<u32>(boost::source(e, g));
  }
  void back_edge(Graph::edge_descriptor e, const Graph& g) {
    if (!cycle->empty()) return;
    const u32 first = static_cast<u32>(boost::target(e, g));
    for (u32 v = static_cast<u32>(boost::source(e, g)); v != first; v = (*parent)[v]) {
      cycle->push_back(v);
    }
    cycle->push_back(first);
    std::reverse(cycle->begin(), cycle->end());
  }
};

Error CycleError(const Graph& calls, const ServiceGraph& graph, const NameOf& name_of) {
  std::vector<u32> parent(boost::num_vertices(calls)), cycle;
  CycleFinder finder;
  finder.parent = &parent;
  finder.cycle = &cycle;
  boost::depth_first_search(calls, boost::visitor(finder));
  cycle.push_back(cycle.front());
  std::string text;
  for (const u32 at : cycle) {
    const GraphOperation& operation = graph.operations[at];
    text += fmt::format("{}{}.{}", text.empty() ? "" : " -> ",
                        name_of(graph.services[operation.service].name), name_of(operation.name));
  }
  return Invalid("calls form a cycle: " + text);
}

Status CheckRows(const ServiceGraph& graph) {
  const size_t operations = graph.operations.size();
  if (graph.services.size() > kFlowServicesMax || operations > kFlowOperationsMax ||
      graph.calls.size() > kFlowCallsMax || graph.entries.size() > kFlowEntriesMax) {
    return Invalid(fmt::format(
        "the app has {} services, {} operations, {} calls, {} entries; at most {}, {}, {}, {}",
        graph.services.size(), operations, graph.calls.size(), graph.entries.size(),
        kFlowServicesMax, kFlowOperationsMax, kFlowCallsMax, kFlowEntriesMax));
  }
  size_t owned = 0;
  for (size_t i = 0; i < graph.services.size(); ++i) {
    const GraphService& service = graph.services[i];
    const size_t end = size_t{service.first_operation} + service.operations;
    if (end > operations) return Invalid(fmt::format("service {}: operations out of range", i));
    for (size_t k = service.first_operation; k < end; ++k) {
      if (graph.operations[k].service != i) {
        return Invalid(fmt::format("operation {} is not of service {}", k, i));
      }
    }
    owned += service.operations;
  }
  if (owned != operations) return Invalid("an operation belongs to no service");
  for (size_t i = 0; i < operations; ++i) {
    const GraphOperation& operation = graph.operations[i];
    if (size_t{operation.first_call} + operation.calls > graph.calls.size()) {
      return Invalid(fmt::format("operation {}: calls out of range", i));
    }
  }
  for (const GraphCall& call : graph.calls) {
    if (call.callee >= operations) return Invalid("a call goes to no operation");
  }
  for (const GraphEntry& entry : graph.entries) {
    if (entry.operation >= operations) return Invalid("an entry goes to no operation");
  }
  return Ok{};
}

}  // namespace

Result<std::vector<u32>> OrderOperations(const ServiceGraph& graph, const NameOf& name_of) {
  if (const Status rows = CheckRows(graph); !rows) return rows.error();
  Graph calls(graph.operations.size()), services(graph.services.size());
  for (u32 i = 0; i < graph.operations.size(); ++i) {
    const GraphOperation& operation = graph.operations[i];
    for (u32 k = 0; k < operation.calls; ++k) {
      const u32 callee = graph.calls[operation.first_call + k].callee;
      boost::add_edge(i, callee, calls);
      const u32 to = graph.operations[callee].service;
      if (to != operation.service) boost::add_edge(operation.service, to, services);
    }
  }
  std::optional<std::vector<u32>> order = Sorted(calls);
  if (!order) return CycleError(calls, graph, name_of);
  if (const std::optional<std::vector<u32>> outer = Sorted(services)) {
    std::vector<u32> rank(graph.services.size());
    for (u32 i = 0; i < outer->size(); ++i) rank[(*outer)[i]] = i;
    std::stable_sort(order->begin(), order->end(), [&](u32 a, u32 b) {
      return rank[graph.operations[a].service] < rank[graph.operations[b].service];
    });
  }
  return std::move(*order);
}

}  // namespace wt
