// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/object_names.h"

#include <gtest/gtest.h>

namespace wt {
namespace {

// Names as Kubernetes 1.35 draws them, with the pattern that recorded incidents give them.
TEST(ObjectNames, DrawnPartsAreTakenOff) {
  struct Case {
    const char *kind, *name, *pattern;
  };
  for (const Case& c : {Case{"Deployment", "web", "web"},
                        Case{"ReplicaSet", "web-6b85c9d7f4", "web-<hash>"},
                        Case{"ReplicaSet", "memcached-rate-7d4b9c6f5", "memcached-rate-<hash>"},
                        Case{"Pod", "web-6b85c9d7f4-x2k8p", "web-<hash>-<rand>"},
                        Case{"Pod", "mongodb-rate-54fdf7cc9c-zq2lm", "mongodb-rate-<hash>-<rand>"},
                        Case{"Pod", "agent-x2k8p", "agent-<rand>"},
                        Case{"Pod", "db-0", "db-0"},
                        Case{"Pod", "debugger", "debugger"},
                        Case{"Job", "report-29384756", "report-<minute>"},
                        Case{"Job", "migrate", "migrate"},
                        Case{"Pod", "report-29384756-x2k8p", "report-<minute>-<rand>"},
                        Case{"Pod", "migrate-x2k8p", "migrate-<rand>"},
                        Case{"Service", "web-6b85c9d7f4", "web-6b85c9d7f4"},
                        Case{"Node", "node-1", "node-1"}}) {
    EXPECT_EQ(PatternOfName(c.kind, c.name), c.pattern) << c.kind;
  }
}

TEST(ObjectNames, WordsAreNotTakenForDrawnParts) {
  EXPECT_EQ(PatternOfName("Pod", "node-exporter-x2k8p"), "node-exporter-<rand>");
  EXPECT_EQ(PatternOfName("Pod", "front-proxy"), "front-proxy") << "o is never drawn";
  EXPECT_EQ(PatternOfName("Pod", "-x2k8p"), "-x2k8p");
  EXPECT_EQ(PatternOfName("Pod", ""), "");
}

}  // namespace
}  // namespace wt
