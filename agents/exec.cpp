// SPDX-License-Identifier: Apache-2.0
#include "agents/exec.h"

#include <optional>

#include "agents/child.h"
#include "agents/view.h"

namespace wt {
namespace {

class Exec final : public Policy {
 public:
  explicit Exec(const ExecOptions& options) : options_(options) {}
  std::string Name() const override { return "exec:" + options_.command; }
  bool WantsContext() const override { return true; }
  u32 MemoryBytes() const override { return sizeof(u64); }

  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) {
      slot.chosen = kWaitOneStep;
      if (const Status done = Decide(slot); !done) {
        slot.context->words->lost = done.error().Text();
        child_.reset();  // what it says later would answer another question
      }
    }
  }

 private:
  Status Decide(PolicySlot& slot) {
    u64& episode = *static_cast<u64*>(slot.memory);
    const bool speaks = child_ && child_->HasSpoken();
    if (episode == 0) {
      episode = ++episodes_;
      if (speaks) child_.reset();  // the last episode's leavings, perhaps not all of them yet
    } else if (speaks) {
      return Error{ErrorCode::kEnvironment, "agent",
                   "spoke before it was asked; expected one line per question"};
    }
    if (!child_) {
      Result<Child> started = Child::Start(options_.command);
      if (!started) return started.error();
      child_ = std::move(*started);
    }
    const Result<std::string> answer =
        child_->Ask(ExecQuestion(slot, "episode-" + std::to_string(episode)), options_.timeout_ms,
                    options_.bytes_max);
    if (!answer) return answer.error();
    return ReadExecAnswer(*answer, slot);
  }

  ExecOptions options_;
  std::optional<Child> child_;
  u64 episodes_ = 0;
};

}  // namespace

std::unique_ptr<Policy> MakeExec(const ExecOptions& options) {
  return std::make_unique<Exec>(options);
}

}  // namespace wt
