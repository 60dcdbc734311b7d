// SPDX-License-Identifier: Apache-2.0
#include "tests/traffic/test_graphs.h"

#include "sim/api/check.h"
#include "sim/traffic/build_graph.h"

namespace wt {

u32 TestApp::Service(const GraphService& service, const ServiceInput& input) {
  graph.services.push_back(service);
  graph.services.back().first_operation = static_cast<u32>(graph.operations.size());
  graph.services.back().operations = 0;
  inputs.push_back(input);
  return static_cast<u32>(graph.services.size() - 1);
}

u32 TestApp::Operation(f32 work_mean_s, f32 work_cv2, std::initializer_list<GraphCall> calls) {
  GraphOperation operation;
  operation.service = static_cast<u32>(graph.services.size() - 1);
  operation.work_mean_s = work_mean_s;
  operation.work_cv2 = work_cv2;
  operation.first_call = static_cast<u32>(graph.calls.size());
  operation.calls = static_cast<u32>(calls.size());
  graph.calls.insert(graph.calls.end(), calls.begin(), calls.end());
  graph.operations.push_back(operation);
  ++graph.services.back().operations;
  return static_cast<u32>(graph.operations.size() - 1);
}

void TestApp::Entry(u32 operation, f32 share) { graph.entries.push_back({operation, share}); }

void TestApp::Finish() {
  const auto order = OrderOperations(graph, [](u32 id) { return std::to_string(id); });
  WT_CHECK(order.ok(), "test graph is in order");
  graph.order = *order;
  services.assign(graph.services.size(), {});
  operations.assign(graph.operations.size(), {});
}

FlowState TestApp::State() { return {services, operations, &client}; }

int TestApp::Solve() { return SolveFlow(graph, inputs, rps, State()); }

ServiceInput Healthy(f32 servers) {
  ServiceInput input;
  input.servers = servers;
  input.reach = 1;
  return input;
}

GraphService Loop(f32 cores) {
  GraphService service;
  service.model = ConcurrencyModel::kEventLoop;
  service.loop_cores = cores;
  service.cpu_per_request_s = 1e-6f;
  service.queue_limit = 1 << 20;
  return service;
}

GraphService Pool(u16 threads) {
  GraphService service = Loop();
  service.model = ConcurrencyModel::kThreads;
  service.threads = threads;
  return service;
}

TestApp HotelSized() {
  TestApp app;
  app.rps = 200;
  std::vector<u32> reads, backs;
  // Six databases with pools, three caches in front of three of them: 6 x 2 + 3 operations.
  for (int i = 0; i < 6; ++i) {
    app.Service(Pool(100), Healthy());
    const u32 read = app.Operation(0.002f, 1.5f);
    app.Operation(0.004f, 1.5f);
    reads.push_back(read);
  }
  for (u32 i = 0; i < 3; ++i) {
    ServiceInput cache = Healthy();
    cache.cache_hit = 0.9f;
    app.Service(Loop(), cache);
    reads[i] = app.Operation(0.0005f, 1.0f, {{.callee = reads[i]}});
  }
  // Eight back ends with two operations each, two or three calls per operation.
  for (u32 i = 0; i < 8; ++i) {
    app.Service(Loop(), Healthy(2));
    const GraphCall a{.callee = reads[i % 6], .retries_max = 2};
    const GraphCall b{.callee = reads[(i + 1) % 6], .probability = 0.5f, .parallel_group = 1};
    const GraphCall c{.callee = reads[(i + 2) % 6], .probability = 0.5f, .parallel_group = 1};
    backs.push_back(app.Operation(0.001f, 1.0f, {a, b, c}));
    backs.push_back(app.Operation(0.0015f, 1.0f, {a, b}));
  }
  // Two middle tiers and the front end: 1 + 1 + 2 operations and 17 calls.
  const auto call = [&](u32 i) { return GraphCall{.callee = backs[i], .retries_max = 2}; };
  app.Service(Loop(), Healthy(2));
  const u32 search = app.Operation(0.001f, 1.0f, {call(0), call(2), call(4), call(6)});
  app.Service(Loop(), Healthy(2));
  const u32 book = app.Operation(0.001f, 1.0f, {call(1), call(3), call(5), call(7)});
  app.Service(Loop(2), Healthy(2));
  const GraphCall find{.callee = search, .timeout_s = 2};
  const GraphCall reserve{.callee = book, .timeout_s = 2};
  const u32 home = app.Operation(0.001f, 1.0f, {find, call(8), call(10), call(12), call(14)});
  const u32 order = app.Operation(0.001f, 1.0f, {find, reserve, call(9), call(11)});
  app.Entry(home, 0.7f);
  app.Entry(order, 0.3f);
  app.Finish();
  return app;
}

}  // namespace wt
