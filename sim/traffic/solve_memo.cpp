// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/solve_memo.h"

#include <cstring>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace wt {
namespace {

constexpr std::size_t kAnswers = 2048;            // places; a question has one
constexpr std::size_t kPrepared = 1024;
constexpr std::size_t kEntryBytesMax = 8 << 10;  // larger apps are solved each time

// Values by the bytes of their keys; a key has one place, where the newest stays.
struct Places {
  std::size_t key_bytes = 0, value_bytes = 0;
  std::vector<u64> digests;      // by place, 0 = empty
  std::vector<std::byte> bytes;  // by place: value, key

  void Reset(std::size_t places, std::size_t key, std::size_t value) {
    key_bytes = key;
    value_bytes = value;
    digests.assign(places, 0);
    bytes.resize(places * (key + value));
  }
  // The value for the key, to be filled in unless `known`.
  std::byte* At(const std::byte* key, bool& known) {
    const u64 digest = XXH3_64bits(key, key_bytes) | 1;
    const std::size_t place = digest >> 8 & (digests.size() - 1);
    std::byte* value = bytes.data() + place * (key_bytes + value_bytes);
    known = digests[place] == digest && std::memcmp(value + value_bytes, key, key_bytes) == 0;
    if (!known) {
      digests[place] = digest;
      std::memcpy(value + value_bytes, key, key_bytes);
    }
    return value;
  }
};

struct Memo {
  u64 blueprint = 0;  // content hash that the entries belong to,
  const GraphService* graph = nullptr;  // and where its graph stands
  Places prepared;  // by inputs: a name that no others have, what is prepared
  Places answers;   // by the inputs' name, offered rate and backlogs
  u64 last_name = 0;
  std::vector<std::byte> question;
  bool fits = false;
  bool on = true;
};

Memo& MemoOfThread() {
  thread_local Memo memo;
  return memo;
}

template <class T>
std::byte* Put(std::byte* at, std::span<const T> values) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::memcpy(at, values.data(), values.size_bytes());
  return at + values.size_bytes();
}

template <class T>
const std::byte* Get(const std::byte* at, std::span<T> values) {
  std::memcpy(static_cast<void*>(values.data()), at, values.size_bytes());
  return at + values.size_bytes();
}

// False: too large to remember.
bool Prepare(Memo& memo, const Blueprint& blueprint) {
  const ServiceGraph& graph = blueprint.graph;
  if (memo.blueprint == blueprint.content_hash && memo.graph == graph.services.data()) {
    return memo.fits;
  }
  const std::size_t services = graph.services.size();
  const std::size_t inputs = services * sizeof(ServiceInput);
  const std::size_t prepared = sizeof(u64) + PreparedCount(graph) * sizeof(f32);
  const std::size_t question = sizeof(u64) + sizeof(f32) + services * sizeof(f32);
  const std::size_t answer = services * sizeof(FlowServiceRow) +
                             graph.operations.size() * sizeof(FlowOperationRow) +
                             sizeof(FlowClient);
  memo.blueprint = blueprint.content_hash;
  memo.graph = graph.services.data();
  memo.fits = inputs + question + answer <= kEntryBytesMax;
  if (!memo.fits) return false;
  memo.question.resize(question);
  memo.answers.Reset(kAnswers, question, answer);
  memo.prepared.Reset(kPrepared, inputs, prepared);
  return true;
}

void Ask(Memo& memo, u64 inputs_name, f32 offered_rps, const FlowState& state) {
  std::byte* at = Put(memo.question.data(), std::span<const u64>(&inputs_name, 1));
  at = Put(at, std::span<const f32>(&offered_rps, 1));
  for (const FlowServiceRow& row : state.services) {
    at = Put(at, std::span<const f32>(&row.backlog, 1));
  }
}

// What is prepared for these inputs, and their name.
std::span<const f32> PreparedOnce(Memo& memo, const ServiceGraph& graph,
                                  std::span<const ServiceInput> inputs, u64& name) {
  bool known = false;
  std::byte* at = memo.prepared.At(reinterpret_cast<const std::byte*>(inputs.data()), known);
  const std::span<f32> prepared(reinterpret_cast<f32*>(at + sizeof(u64)), PreparedCount(graph));
  if (!known) {
    ++memo.last_name;
    Put(at, std::span<const u64>(&memo.last_name, 1));
    PrepareFlow(graph, inputs, prepared);
  }
  Get(at, std::span<u64>(&name, 1));
  return prepared;
}

}  // namespace

void SolveFlowRemembered(const Blueprint& blueprint, std::span<const ServiceInput> inputs,
                         f32 offered_rps, FlowState state) {
  Memo& memo = MemoOfThread();
  // Without settled images the Blueprint is still being built: its hash is not its name yet.
  if (!memo.on || blueprint.settled.empty() || !Prepare(memo, blueprint)) {
    SolveFlow(blueprint.graph, inputs, offered_rps, state);
    return;
  }
  u64 name = 0;
  const std::span<const f32> prepared = PreparedOnce(memo, blueprint.graph, inputs, name);
  Ask(memo, name, offered_rps, state);
  bool known = false;
  std::byte* at = memo.answers.At(memo.question.data(), known);
  const std::span<FlowClient> client(state.client, 1);
  if (known) {
    const std::byte* from = Get(at, state.services);
    from = Get(from, state.operations);
    Get(from, client);
    return;
  }
  SolvePrepared(blueprint.graph, inputs, prepared, offered_rps, state);
  at = Put(at, std::span<const FlowServiceRow>(state.services));
  at = Put(at, std::span<const FlowOperationRow>(state.operations));
  Put(at, std::span<const FlowClient>(client));
}

void RememberSolves(bool on) { MemoOfThread().on = on; }

}  // namespace wt
