// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/objects/validation.h"

namespace wt {
namespace {

Error Decode(const char* text) {
  const Status status = CheckDecoding(Json::parse(text));
  return status.ok() ? Error{} : status.error();
}

TEST(Decoding, UnknownFieldsAreNamedWithTheirPath) {
  EXPECT_EQ(Decode(R"({"apiVersion":"v1","kind":"Pod","spek":{},
                       "spec":{"containers":[{"imagee":"x"}]}})")
                .what,
            "strict decoding error: unknown field \"spec.containers[0].imagee\", unknown field "
            "\"spek\"");
}

TEST(Decoding, AWrongTypeIsNamedWithItsField) {
  const Error error = Decode(R"({"apiVersion":"apps/v1","kind":"Deployment",
                                 "spec":{"replicas":"three"}})");
  EXPECT_EQ(error.where, "spec.replicas");
  EXPECT_EQ(error.what,
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of "
            "type int32");
  EXPECT_EQ(Decode(R"({"apiVersion":"v1","kind":"Pod","spec":{"containers":{}}})").where,
            "spec.containers");
  EXPECT_EQ(Decode(R"({"apiVersion":"apps/v1","kind":"Deployment",
                       "spec":{"replicas":3000000000}})")
                .where,
            "spec.replicas");
}

TEST(Decoding, ValuesOfEachLeafAreChecked) {
  EXPECT_EQ(Decode(R"({"apiVersion":"v1","kind":"Secret","data":{"a":"not base64!"}})").where,
            "data[a]");
  EXPECT_EQ(Decode(R"({"apiVersion":"v1","kind":"Pod",
                       "metadata":{"creationTimestamp":"yesterday"}})")
                .where,
            "metadata.creationTimestamp");
  EXPECT_EQ(Decode(R"({"apiVersion":"v1","kind":"ResourceQuota",
                       "spec":{"hard":{"cpu":"lots"}}})")
                .where,
            "spec.hard[cpu]");
}

TEST(Decoding, NullsNumbersAsQuantitiesAndUnknownKindsPass) {
  for (const char* text : {R"({"apiVersion":"v1","kind":"Pod","spec":null})",
                           R"({"apiVersion":"v1","kind":"ResourceQuota",
                               "spec":{"hard":{"cpu":2}}})",
                           R"({"apiVersion":"example.com/v1","kind":"Thing","any":[1]})"}) {
    EXPECT_TRUE(CheckDecoding(Json::parse(text)).ok()) << text;
  }
}

}  // namespace
}  // namespace wt
