// SPDX-License-Identifier: Apache-2.0
// The samples that scenarios/profiles/testbed.yaml was fitted from.
#pragma once

#include <gtest/gtest.h>

#include "realcluster/calibrate/samples.h"
#include "scenarios/yaml.h"

namespace wt {

inline SampleSet StoredSamples() {
  const std::string path = WT_SOURCE_DIR "/scenarios/profiles/testbed.samples.jsonl";
  const auto text = ReadTextFile(path, 1u << 24);
  EXPECT_TRUE(text.ok());
  const auto samples = ReadSamples(*text, path);
  EXPECT_TRUE(samples.ok()) << samples.error().Text();
  return *samples;
}

}  // namespace wt
