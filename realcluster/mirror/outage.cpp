// SPDX-License-Identifier: Apache-2.0
#include "realcluster/mirror/outage.h"

#include <fmt/format.h>

#include <algorithm>

namespace wt {

bool Outage::Poll(SimTime now, const Status& polled, bool silent, std::optional<SimTime> last) {
  if (polled && !silent) {
    since_ = -1;
    last_.clear();
    return false;
  }
  if (since_ < 0) since_ = std::clamp<SimTime>(last.value_or(now), 0, now);
  if (polled) return false;
  const std::string text = polled.error().Text();
  if (text == last_) return false;
  last_ = text;
  return true;
}

std::optional<Error> Outage::TooLong(SimTime now) const {
  if (since_ < 0 || now - since_ < kOutageMax) return std::nullopt;
  return Error{ErrorCode::kEnvironment, source_,
               fmt::format("has given no data since {:.1f} s of the episode, for {:.0f} s ({}): "
                           "nothing can be judged; {}, then play the episode again",
                           ToSeconds(since_), ToSeconds(now - since_),
                           last_.empty() ? "without an error" : "the last error: " + last_,
                           remedy_)};
}

}  // namespace wt
