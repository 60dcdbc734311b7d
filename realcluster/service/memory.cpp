// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace wt::service {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMapped = 64u << 20;  // address space at a time; only written pages count

void Touch(char* memory, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; i += kPage) *static_cast<volatile char*>(memory + i) = 1;
}

}  // namespace

std::size_t ResidentBytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  unsigned long size = 0, resident = 0;
  const int read = std::fscanf(file, "%lu %lu", &size, &resident);
  std::fclose(file);
  return read == 2 ? resident * kPage : 0;
}

void Ballast::Grow(double bytes) {
  owed_ += bytes;
  if (owed_ < static_cast<double>(kPage)) return;
  auto whole = static_cast<std::size_t>(owed_) / kPage * kPage;
  owed_ -= static_cast<double>(whole);
  while (whole > 0) {
    if (left_ == 0) {
      void* mapped = mmap(nullptr, kMapped, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (mapped == MAP_FAILED) return;
      madvise(mapped, kMapped, MADV_NOHUGEPAGE);  // as much as was asked for, no more
      at_ = static_cast<char*>(mapped);
      left_ = kMapped;
    }
    const std::size_t now = std::min(whole, left_);
    Touch(at_, now);
    at_ += now;
    left_ -= now;
    whole -= now;
  }
}

Held::Held(std::size_t bytes) : memory_(bytes == 0 ? nullptr : std::malloc(bytes)) {
  if (memory_ != nullptr) Touch(static_cast<char*>(memory_), bytes);
}

Held::~Held() { std::free(memory_); }

}  // namespace wt::service
