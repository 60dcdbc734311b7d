// SPDX-License-Identifier: Apache-2.0
// Puts a typed blob together: the head struct first, then its arrays, each aligned to its items.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "sim/api/result.h"
#include "sim/typed.h"

namespace wt {

template <class Head>
class BlobBuilder {
 public:
  BlobBuilder() : bytes_(sizeof(Head), '\0') {}

  // Appends the items; their place goes into the head or into an item appended later.
  template <class T>
  RelArray<T> Append(const std::vector<T>& items) {
    static_assert(std::has_unique_object_representations_v<T>);
    if (items.empty()) return {};
    bytes_.resize((bytes_.size() + alignof(T) - 1) / alignof(T) * alignof(T), '\0');
    const RelArray<T> place{static_cast<u16>(bytes_.size()), static_cast<u16>(items.size())};
    fits_ = fits_ && bytes_.size() <= 0xffff && items.size() <= 0xffff;
    bytes_.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
    return place;
  }

  // The blob, padded to 8 bytes.
  Result<std::string> Finish(const Head& head) {
    static_assert(std::has_unique_object_representations_v<Head>);
    if (!fits_) return Error{ErrorCode::kInvalidObject, "", "has more items than can be modelled"};
    bytes_.replace(0, sizeof(Head), reinterpret_cast<const char*>(&head), sizeof(Head));
    bytes_.resize((bytes_.size() + 7) / 8 * 8, '\0');
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  bool fits_ = true;
};

}  // namespace wt
