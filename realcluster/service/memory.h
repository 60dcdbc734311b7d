// SPDX-License-Identifier: Apache-2.0
// Memory that is really used: pages that were written to.
#pragma once

#include <cstddef>

namespace wt::service {

// Resident bytes of this process now.
std::size_t ResidentBytes();

// Grows for the process's life; fractions of pages add up.
class Ballast {
 public:
  void Grow(double bytes);

 private:
  char* at_ = nullptr;
  std::size_t left_ = 0;  // mapped, not yet written
  double owed_ = 0;       // less than a page
};

// Held for a request.
class Held {
 public:
  explicit Held(std::size_t bytes);
  ~Held();
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  void* memory_;
};

}  // namespace wt::service
