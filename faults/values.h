// SPDX-License-Identifier: Apache-2.0
// The wrong values that faults choose from when a scenario gives none: what a person might have
// typed in place of the right one, made of what the cluster shows. No value stands for its fault
// everywhere, or an agent could learn the value and not the cause. Every list has four or
// five entries, in an order that does not depend on the seed; callers leave out those that exist.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"

namespace wt {

// Slips of the pen in a word of at least two characters: two swapped, one lost, one doubled. Each
// differs from the word and from the others.
std::vector<std::string> TyposOf(std::string_view word);

// Tags like the present one ("1.4.2", "v2", "latest" or ""), as releases and pipelines make them.
std::vector<std::string> TagsLike(std::string_view tag);

// Start commands like the present one; `name` is the workload's, for images with an entry point.
std::vector<std::string> CommandsLike(std::string_view command, std::string_view name);

// Ports near one: neighbours, digits swapped, lost or doubled. 1 to 65535.
std::vector<u32> PortsLike(u32 port);

// Paths of health checks: the present one mistyped, and those that other programs have.
std::vector<std::string> PathsLike(std::string_view path);

// Names that a cluster with these nodes might have had: the next ones, renamed and special ones.
std::vector<std::string> HostsLike(std::span<const std::string> nodes);

// "KEY=VALUE" for a selector with the pair key=value: the value mistyped, or one more label that
// people select by.
std::vector<std::string> LabelsLike(std::string_view key, std::string_view value);

}  // namespace wt
