// SPDX-License-Identifier: Apache-2.0
// Shared by the texts of describe.h; nobody else includes it.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "sim/sim.h"

namespace wt {

// Columns as kubectl aligns them: three spaces apart.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : header_(std::move(header)) {}
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string Text(const char* indent = "") const;
  std::string Sorted();  // by the first column

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// "a=b" each, joined; "<none>" when empty.
std::string PairsText(const Sim& sim, std::span<const LabelPair> pairs, const char* join);
std::string SelectorText(const Sim& sim, const void* blob, const Selector& selector);
// Name, image, command and ports of a container; with limits and probes when `with_resources`.
std::string ContainerSpecText(const Sim& sim, const PodTemplate& tmpl, const ContainerSpec& spec,
                              bool with_resources);
std::string ResourcesText(const Sim& sim, const PodTemplate& tmpl, const ContainerSpec& spec);
// The section "Events:" of the object with this creation number.
std::string EventsText(const Sim& sim, u32 born);
std::string MemoryText(i64 bytes);  // "512Mi"
std::string CpuText(i32 millicores);  // "250m", "2"
std::string GoMinutes(i32 seconds);   // "10s", "1m20s", "5m0s" as Go prints a duration

}  // namespace wt
