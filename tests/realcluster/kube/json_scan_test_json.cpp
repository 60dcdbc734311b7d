// SPDX-License-Identifier: Apache-2.0
// Held against nlohmann's parser.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "realcluster/kube/json_scan.h"

namespace wt {
namespace {

using Json = nlohmann::json;

std::string DrawText() {
  return *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("ab\"\\{}[]:, \n\t/e9\x01")));
}

Json DrawValue(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::arbitrary<int>();
    case 3:
      return 0.5 * *rc::gen::inRange(-9, 9);
    case 4:
      return DrawText();
    case 5: {
      Json array = Json::array();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) array.push_back(DrawValue(depth - 1));
      return array;
    }
    default: {
      Json object = Json::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) object[DrawText()] = DrawValue(depth - 1);
      return object;
    }
  }
}

void CheckAgainstParser(const Json& value) {
  const std::string text = value.dump(*rc::gen::element(-1, 0, 2));
  Json members = Json::object(), elements = Json::array();
  const bool is_object = ForEachMember(text, [&](std::string_view key, std::string_view member) {
    members[StringValue('"' + std::string(key) + '"')] = Json::parse(member);
    return true;
  });
  const bool is_array = ForEachElement(text, [&](std::string_view element) {
    elements.push_back(Json::parse(element));
    return true;
  });
  RC_ASSERT(is_object == value.is_object());
  RC_ASSERT(is_array == value.is_array());
  if (is_object) RC_ASSERT(members == value);
  if (is_array) RC_ASSERT(elements == value);
}

TEST(JsonScan, MembersAndElementsAreThoseOfAParser) {
  ASSERT_TRUE(rc::check([] {
    for (int i = 0; i < 20; ++i) CheckAgainstParser(DrawValue(4));
  }));
}

TEST(JsonScan, CutTextIsRefused) {
  ASSERT_TRUE(rc::check([] {
    Json value = DrawValue(3);
    if (!value.is_object()) value = Json{{"a", value}};
    const std::string text = value.dump();
    const std::string cut = text.substr(0, *rc::gen::inRange<std::size_t>(0, text.size()));
    RC_ASSERT(!ForEachMember(cut, [](std::string_view, std::string_view) { return true; }));
  }));
}

TEST(JsonScan, StringsSayWhatAParserSays) {
  for (const char* text :
       {R"("a\u00e9b")", R"("\ud83d\ude00")", R"("\"\\\/\b\f\n\r\t")", R"("")"}) {
    EXPECT_EQ(StringValue(text), Json::parse(text).get<std::string>()) << text;
  }
  EXPECT_EQ(StringValue("12"), "");
  EXPECT_EQ(StringValue(R"("\ud83d")"), "\xEF\xBF\xBD");
}

TEST(JsonScan, FindsAMember) {
  EXPECT_EQ(FindMember(R"({"a":{"b":1},"b":[2]})", "b"), "[2]");
  EXPECT_EQ(FindMember(R"({"a":1})", "b"), "");
}

}  // namespace
}  // namespace wt
