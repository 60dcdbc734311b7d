// SPDX-License-Identifier: Apache-2.0
// What closes a trace: how many lines it has and a hash over them, at the end of its last line, so
// that a file that lost lines or was edited is not taken for what was recorded. It guards against
// accidents and against hands, not against somebody who computes it anew.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/ints.h"

namespace wt {

class TraceSeal {
 public:
  // A line without its end, before the last one. O(line).
  void Add(std::string_view line);
  // The last line with the seal in it. REQUIRES: a JSON object on one line that is not empty.
  std::string Close(std::string_view last);
  // Whether a last line that Close made is that of these lines; it must not be used again.
  bool Closes(std::string_view sealed);

 private:
  u64 lines_ = 0, hash_ = 0;  // XXH3_64 of line and line feed, chained
};

}  // namespace wt
