// SPDX-License-Identifier: Apache-2.0
// A source of measurements that gives none any more. An episode outlives a hiccup; what comes after
// kOutageMax without data judges nobody.
#pragma once

#include <optional>
#include <string>

#include "sim/api/result.h"
#include "sim/api/time.h"

namespace wt {

// Longer than an API server's restart or a broken watch that is opened anew, shorter than the
// observer's shortest window of health.
inline constexpr SimTime kOutageMax = 20 * kSecond;

class Outage {
 public:
  // `source`: in words, "the change feed"; `remedy`: what to look at.
  Outage(std::string source, std::string remedy)
      : source_(std::move(source)), remedy_(std::move(remedy)) {}

  // A poll's outcome. `silent`: without an error, but without data that should have come. `last`:
  // when the source was last known to be well, if that is known better than by polls. True: an
  // error that was not told yet: the first since data came, or another than the last.
  bool Poll(SimTime now, const Status& polled, bool silent, std::optional<SimTime> last = {});
  // kEnvironment: nothing since kOutageMax or longer; since when, the last error, the remedy.
  std::optional<Error> TooLong(SimTime now) const;

 private:
  std::string source_, remedy_;
  SimTime since_ = -1;  // without data: the first poll without, or better known; -1: it has some
  std::string last_;
};

}  // namespace wt
