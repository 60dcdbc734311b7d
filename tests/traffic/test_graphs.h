// SPDX-License-Identifier: Apache-2.0
// Service graphs for tests, built leaves first.
#pragma once

#include <initializer_list>
#include <vector>

#include "sim/traffic/flow.h"
#include "sim/traffic/service_graph.h"

namespace wt {

// A graph with what the cluster offers it and rows to solve into.
struct TestApp {
  ServiceGraph graph;
  std::vector<ServiceInput> inputs;
  f32 rps = 100;

  std::vector<FlowServiceRow> services;
  std::vector<FlowOperationRow> operations;
  FlowClient client;

  // Adds a service with one process and no operation yet; returns its index.
  u32 Service(const GraphService& service, const ServiceInput& input);
  // Adds an operation to the latest service; its calls go to operations added before.
  u32 Operation(f32 work_mean_s, f32 work_cv2, std::initializer_list<GraphCall> calls = {});
  void Entry(u32 operation, f32 share = 1.0f);
  // Orders the graph and makes rows; fails the program on a cycle.
  void Finish();

  FlowState State();
  int Solve();
  bool Step(f32 dt_s) { return StepBacklog(graph, inputs, dt_s, State()); }
};

// One process that is reached and has CPU enough.
ServiceInput Healthy(f32 servers = 1);
// A service whose process works on one request at a time, with practically no CPU need.
GraphService Loop(f32 cores = 1);
GraphService Pool(u16 threads);

// 20 services, 35 operations, 60 calls, about the shape of the hotel app; healthy at 200 rps.
TestApp HotelSized();

}  // namespace wt
