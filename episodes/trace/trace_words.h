// SPDX-License-Identifier: Apache-2.0
// What the writer and the reader of traces share.
#pragma once

#include <array>
#include <string_view>

#include "episodes/trace/trace.h"

namespace wt {

inline constexpr std::string_view kTraceSchema = "wavetank.trace/1";

inline constexpr std::array<std::string_view, 3> kChangeTypes{"ADDED", "MODIFIED", "DELETED"};

// In the order in which a line lists them: the rate first, then what is a mean over requests (an
// error share, times), then what is a mean over time.
inline constexpr std::array kClientNumbers{&FlowClient::rate, &FlowClient::error,
                                           &FlowClient::latency_s, &FlowClient::p50_s,
                                           &FlowClient::p99_s};
inline constexpr std::array kServiceNumbers{
    &FlowServiceRow::rate,        &FlowServiceRow::error,   &FlowServiceRow::latency_s,
    &FlowServiceRow::p99_s,       &FlowServiceRow::utilisation, &FlowServiceRow::backlog,
    &FlowServiceRow::in_flight,   &FlowServiceRow::cpu_cores};
inline constexpr std::array kOperationNumbers{
    &FlowOperationRow::rate, &FlowOperationRow::error, &FlowOperationRow::latency_s,
    &FlowOperationRow::variance_s2};
// Of the client there is one more, its p99.
inline constexpr bool IsWeightedNumber(std::size_t at) { return at >= 1 && at <= 3; }

}  // namespace wt
