// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/build_graph.h"

#include <gtest/gtest.h>

#include "tests/traffic/test_graphs.h"

namespace wt {
namespace {

const char* const kNames[] = {"frontend", "search", "geo", "get", "find"};
std::string NameAt(u32 id) { return kNames[id]; }

// frontend.get -> search.find -> geo.get, and geo.get -> `back` if it is not 0.
TestApp Ring(u32 back, bool optional) {
  TestApp app;
  for (u32 i = 0; i < 3; ++i) {
    GraphService service = Loop();
    service.name = i;
    app.Service(service, Healthy());
    app.Operation(0.001f, 1, {{.callee = (i + 1) % 3}});
    app.graph.operations.back().name = i == 1 ? 4 : 3;
  }
  app.graph.calls[2] = {.callee = back, .optional = optional};
  if (back == 2) app.graph.operations[2].calls = 0;
  return app;
}

TEST(BuildGraph, CallersComeBeforeCallees) {
  const TestApp app = HotelSized();
  std::vector<u32> place(app.graph.order.size());
  for (u32 i = 0; i < place.size(); ++i) place[app.graph.order[i]] = i;
  for (u32 i = 0; i < app.graph.operations.size(); ++i) {
    const GraphOperation& operation = app.graph.operations[i];
    for (u32 k = 0; k < operation.calls; ++k) {
      const u32 callee = app.graph.calls[operation.first_call + k].callee;
      EXPECT_LT(place[i], place[callee]);
      // and so do all operations of the caller's service before all of the callee's
      for (u32 j = 0; j < app.graph.operations.size(); ++j) {
        if (app.graph.operations[j].service != app.graph.operations[callee].service) continue;
        EXPECT_LT(place[i], place[j]);
      }
    }
  }
}

TEST(BuildGraph, ACycleIsRefusedByName) {
  const auto order = OrderOperations(Ring(0, false).graph, NameAt);
  ASSERT_FALSE(order.ok());
  EXPECT_EQ(order.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(order.error().what,
            "calls form a cycle: frontend.get -> search.find -> geo.get -> frontend.get");
}

TEST(BuildGraph, ACycleThroughAnOptionalCallIsRefusedToo) {
  EXPECT_FALSE(OrderOperations(Ring(1, true).graph, NameAt).ok());
}

TEST(BuildGraph, ServicesMayCallEachOtherIfOperationsDoNot) {
  TestApp app;
  app.Service(Loop(), Healthy());
  app.Operation(0.001f, 1, {{.callee = 2}});
  app.Operation(0.001f, 1);
  app.Service(Loop(), Healthy());
  app.Operation(0.001f, 1, {{.callee = 1}});
  const auto order = OrderOperations(app.graph, NameAt);
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(*order, (std::vector<u32>{0, 2, 1}));
}

TEST(BuildGraph, BrokenIndexesAreRefused) {
  TestApp app = Ring(2, false);
  EXPECT_TRUE(OrderOperations(app.graph, NameAt).ok());
  app.graph.calls[0].callee = 77;
  EXPECT_FALSE(OrderOperations(app.graph, NameAt).ok());
  app = Ring(2, false);
  app.graph.entries.push_back({9, 1});
  EXPECT_FALSE(OrderOperations(app.graph, NameAt).ok());
  app = Ring(2, false);
  app.graph.services[1].operations = 2;
  EXPECT_FALSE(OrderOperations(app.graph, NameAt).ok());
  app = Ring(2, false);
  app.graph.operations[1].calls = 9;
  EXPECT_FALSE(OrderOperations(app.graph, NameAt).ok());
}

TEST(BuildGraph, AnEmptyGraphHasAnEmptyOrder) {
  const auto order = OrderOperations({}, NameAt);
  ASSERT_TRUE(order.ok());
  EXPECT_TRUE(order->empty());
}

}  // namespace
}  // namespace wt
