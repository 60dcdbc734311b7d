// SPDX-License-Identifier: Apache-2.0
// Expected failure as a value: bad input, a refused write, a missing file.
// A broken promise of our own is WT_CHECK (check.h); a simulated failure is world state.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace wt {

// What kind of failure; decides the exit code of a command (docs/formats.md, exit codes).
enum class ErrorCode {
  kInternal,         // exit 1
  kUsage,            // exit 2: flag, config, checkpoint
  kInvalidInput,     // exit 3: scenario, manifest, behaviour
  kEnvironment,      // exit 4: package, file system, port
  kNotFound,         // Kubernetes 404
  kAlreadyExists,    // Kubernetes 409 AlreadyExists
  kConflict,         // Kubernetes 409 Conflict
  kInvalidObject,    // Kubernetes 422 Invalid
  kBadRequest,       // Kubernetes 400
  kForbidden,        // Kubernetes 403
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string where;  // FILE:LINE:COL, a field path, a flag; empty if there is no place
  std::string what;   // what is wrong; what was expected; "did you mean X"

  // "where: what", or just what when there is no place.
  std::string Text() const { return where.empty() ? what : where + ": " + what; }
};

// Either a T or an Error. `if (!r) return r.error();`
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  // REQUIRES: ok().
  T& value() { return std::get<0>(state_); }
  const T& value() const { return std::get<0>(state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok().
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// Success without a value.
struct Ok {};
using Status = Result<Ok>;

}  // namespace wt
