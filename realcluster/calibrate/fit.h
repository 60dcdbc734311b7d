// SPDX-License-Identifier: Apache-2.0
// From samples to a timing profile. Each delay is the time between two marks, chosen so that the
// simulator's own sums (sim/kubelet, sim/controllers, sim/scheduler) span what was measured between
// the outer ones; a delay that the simulator draws after another one within one span is what is
// left of the span once the other's median is taken off.
#pragma once

#include <string>
#include <vector>

#include "realcluster/calibrate/samples.h"
#include "scenarios/load_profile.h"

namespace wt {

// Median and p99 in ms, to three digits. p99: of the samples when there are 200, else that of the
// log-normal through the median whose spread fits the samples above it best (least squares on
// normal scores, (i - 1/2)/n). REQUIRES: values not empty. O(n log n).
Delay FitDelay(std::vector<double> values_ms);
// What is left of waits that begin at random and end with the next list of the kubelet, one a
// second, once the wait is taken off: evenly spread from `left` to `left` + 1 s, their middle is
// known to about 1 s / (1.4 n), better than their median.
Delay FitAfterWait(std::vector<double> values_ms);
double MedianOf(std::vector<double> values);

// `name` and what the samples say of themselves. A delay that no sample shows is left out.
TimingProfile FitProfile(const SampleSet& samples, const std::string& name);

// Differences of two marks over the repetitions that have both. `experiments` empty: all.
std::vector<double> Spans(const SampleSet& samples, const std::vector<std::string>& experiments,
                          const std::string& from, const std::string& to);

}  // namespace wt
