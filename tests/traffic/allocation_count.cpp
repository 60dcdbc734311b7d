// SPDX-License-Identifier: Apache-2.0
// Replaces operator new of the test binary by one that counts. A file of its own, so that the
// compiler does not pair an inlined delete with a new it cannot see.
#include "tests/traffic/allocation_count.h"

#include <cstdlib>
#include <new>

namespace {
thread_local long allocations = 0;
}  // namespace

namespace wt {
long AllocationCount() { return allocations; }
}  // namespace wt

void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
