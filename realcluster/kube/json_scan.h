// SPDX-License-Identifier: Apache-2.0
// Members of JSON text found without building values: lists are cut into items and watch lines
// are looked into at about the speed of reading them once. Values stand as they came. Text that
// is no JSON is refused or cut somewhere, never read past its end. O(length), no memory.
// Grammar: RFC 8259.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace wt {

// Calls `on_member` with each key (between its quotes, as written) and value of an object, until it
// returns false. False: `text` is no object, or ends within one.
bool ForEachMember(
    std::string_view text,
    const std::function<bool(std::string_view key, std::string_view value)>& on_member);

// Each element of an array, likewise.
bool ForEachElement(std::string_view text,
                    const std::function<bool(std::string_view value)>& on_element);

// The value of one member; empty when there is none.
std::string_view FindMember(std::string_view text, std::string_view key);

// What a string value says, escapes decoded; empty when the value is no string.
std::string StringValue(std::string_view value);

}  // namespace wt
