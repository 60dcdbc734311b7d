// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <set>

#include "sim/objects/access.h"
#include "sim/objects/quantity.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr i64 kFileModeMax = 0777;

void CheckMode(Checker& check, const Json& object, std::string_view key, const FieldPath& path) {
  const i64 mode = Int(object, key);
  if (mode >= 0 && mode <= kFileModeMax) return;
  check.Invalid(path.Child(key), Shown(mode),
                "must be a number between 0 and 0777 (octal), both inclusive");
}

void CheckRelativePath(Checker& check, std::string_view text, const FieldPath& path) {
  if (text.empty()) return check.Required(path);
  if (text.starts_with('/')) check.Invalid(path, Shown(text), "must be a relative path");
  if (text == ".." || text.starts_with("../") || text.find("/..") != std::string_view::npos) {
    check.Invalid(path, Shown(text), "must not contain '..'");
  } else if (text.starts_with("..")) {
    check.Invalid(path, Shown(text), "must not start with '..'");
  }
}

void RequireText(Checker& check, const Json& object, std::string_view key, const FieldPath& path) {
  if (Text(object, key).empty()) check.Required(path.Child(key));
}

void CheckItems(Checker& check, const Json& source, const FieldPath& path) {
  const Json& items = List(source, "items");
  const FieldPath list = path.Child("items");
  for (std::size_t k = 0; k < items.size(); ++k) {
    const FieldPath here = list.Index(k);
    RequireText(check, items[k], "key", here);
    CheckRelativePath(check, Text(items[k], "path"), here.Child("path"));
    CheckMode(check, items[k], "mode", here);
  }
}

void CheckDownward(Checker& check, const Json& source, const FieldPath& path) {
  const Json& items = List(source, "items");
  for (std::size_t k = 0; k < items.size(); ++k) {
    CheckRelativePath(check, Text(items[k], "path"), path.Child("path"));
    const Json* field = Find(items[k], "fieldRef");
    const Json* resource = Find(items[k], "resourceFieldRef");
    if (field != nullptr) {
      CheckFieldRef(check, *field, path.Child("fieldRef"), true);
      if (resource != nullptr) {
        check.Invalid(path, "\"resource\"",
                      "fieldRef and resourceFieldRef can not be specified simultaneously");
      }
    } else if (resource != nullptr) {
      CheckResourceFieldRef(check, *resource, path.Child("resourceFieldRef"), true);
    } else {
      check.Required(path, "one of fieldRef and resourceFieldRef is required");
    }
    CheckMode(check, items[k], "mode", path);
  }
}

void CheckTokenSource(Checker& check, const Json& token, const FieldPath& path) {
  const i64 seconds = Int(token, "expirationSeconds");
  if (seconds < 600) {
    check.Invalid(path.Child("expirationSeconds"), Shown(seconds),
                  "may not specify a duration less than 10 minutes");
  } else if (seconds > i64{1} << 32) {
    check.Invalid(path.Child("expirationSeconds"), Shown(seconds),
                  "may not specify a duration larger than 2^32 seconds");
  }
  RequireText(check, token, "path", path);
}

void CheckProjected(Checker& check, const Json& projected, const FieldPath& path) {
  CheckMode(check, projected, "defaultMode", path);
  const Json& sources = List(projected, "sources");
  const FieldPath list = path.Child("sources");
  for (std::size_t k = 0; k < sources.size(); ++k) {
    const FieldPath here = list.Index(k);
    int count = 0;
    for (const char* kind : {"secret", "configMap", "downwardAPI", "serviceAccountToken",
                             "clusterTrustBundle", "podCertificate"}) {
      const Json* source = Find(sources[k], kind);
      if (source == nullptr) continue;
      const FieldPath inner = here.Child(kind);
      if (count++ > 0) {
        check.Forbidden(inner, "may not specify more than 1 volume type per source");
        continue;
      }
      const std::string_view which = kind;
      if (which == "secret" || which == "configMap") {
        RequireText(check, *source, "name", inner);
        CheckItems(check, *source, inner);
      }
      if (which == "downwardAPI") CheckDownward(check, *source, inner);
      if (which == "serviceAccountToken") CheckTokenSource(check, *source, inner);
    }
    if (count == 0) check.Required(here, "must specify a volume type");
  }
}

void CheckHostPath(Checker& check, const Json& source, const FieldPath& path) {
  const std::string_view text = Text(source, "path");
  RequireText(check, source, "path", path);
  if (text == ".." || text.starts_with("../") || text.find("/..") != std::string_view::npos) {
    check.Invalid(path.Child("path"), Shown(text), "must not contain '..'");
  }
  const std::string_view type = Text(source, "type");
  if (type.empty()) return;
  check.OneOf(path.Child("type"), type,
              {"BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
               "FileOrCreate", "Socket"});
}

void CheckFiles(Checker& check, const Json& source, std::string_view name_key,
                const FieldPath& path) {
  RequireText(check, source, name_key, path);
  CheckMode(check, source, "defaultMode", path);
  CheckItems(check, source, path);
}

void CheckNfs(Checker& check, const Json& source, const FieldPath& path) {
  RequireText(check, source, "server", path);
  RequireText(check, source, "path", path);
  const std::string_view text = Text(source, "path");
  if (!text.starts_with('/')) {
    check.Invalid(path.Child("path"), Shown(text), "must be an absolute path");
  }
}

void CheckEmptyDir(Checker& check, const Json& source, const FieldPath& path) {
  const Result<Quantity> limit = ParseQuantity(Text(source, "sizeLimit"));
  if (limit && Sign(*limit) < 0) {
    check.Forbidden(path.Child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
  }
}

// Of its metadata only labels and annotations may be set.
// Source: pkg/apis/core/validation ValidatePersistentVolumeClaimTemplate (v1.35).
void CheckEphemeral(Checker& check, const Json& source, const FieldPath& path) {
  const FieldPath claim = path.Child("volumeClaimTemplate");
  if (Find(source, "volumeClaimTemplate") == nullptr) return check.Required(claim);
  const FieldPath metadata = claim.Child("metadata");
  for (const auto& [key, value] : Map(Map(source, "volumeClaimTemplate"), "metadata").items()) {
    if (key == "labels" || key == "annotations" || value.is_null()) continue;
    const bool none = value.is_string() && TextOf(value).empty();
    if (none || value == 0 || (value.is_array() && value.empty())) continue;
    check.Forbidden(metadata.Child(key == "uid" ? "uID" : key),
                    "cannot be set for an ephemeral volume");
  }
}

void CheckOne(Checker& check, std::string_view kind, const Json& source, const FieldPath& path) {
  if (kind == "emptyDir") CheckEmptyDir(check, source, path);
  if (kind == "hostPath") CheckHostPath(check, source, path);
  if (kind == "secret") CheckFiles(check, source, "secretName", path);
  if (kind == "configMap") CheckFiles(check, source, "name", path);
  if (kind == "nfs") CheckNfs(check, source, path);
  if (kind == "persistentVolumeClaim") RequireText(check, source, "claimName", path);
  if (kind == "projected") CheckProjected(check, source, path);
  if (kind == "ephemeral") CheckEphemeral(check, source, path);
  if (kind == "csi") RequireText(check, source, "driver", path);
  if (kind == "downwardAPI") {
    CheckMode(check, source, "defaultMode", path);
    CheckDownward(check, source, path);
  }
}

// In the order in which upstream looks at them; the first one present is the volume's type.
constexpr std::string_view kSources[] = {"emptyDir",
                                         "hostPath",
                                         "gitRepo",
                                         "gcePersistentDisk",
                                         "awsElasticBlockStore",
                                         "secret",
                                         "nfs",
                                         "iscsi",
                                         "glusterfs",
                                         "flocker",
                                         "persistentVolumeClaim",
                                         "rbd",
                                         "cinder",
                                         "cephfs",
                                         "quobyte",
                                         "downwardAPI",
                                         "fc",
                                         "flexVolume",
                                         "configMap",
                                         "azureFile",
                                         "vsphereVolume",
                                         "photonPersistentDisk",
                                         "portworxVolume",
                                         "azureDisk",
                                         "storageos",
                                         "projected",
                                         "scaleIO",
                                         "csi",
                                         "ephemeral",
                                         "image"};

void CheckSource(Checker& check, const Json& volume, const FieldPath& path) {
  int count = 0;
  for (const std::string_view kind : kSources) {
    const Json* source = Find(volume, kind);
    if (source == nullptr) continue;
    const FieldPath here = path.Child(kind);
    if (count++ > 0) {
      check.Forbidden(here, "may not specify more than 1 volume type");
    } else {
      CheckOne(check, kind, *source, here);
    }
  }
  if (count == 0) check.Required(path, "must specify a volume type");
}

}  // namespace

void CheckVolumes(Checker& check, const Json& pod_spec, const FieldPath& path) {
  const Json& volumes = List(pod_spec, "volumes");
  std::set<std::string_view> names;
  for (std::size_t k = 0; k < volumes.size(); ++k) {
    const FieldPath here = path.Index(k);
    CheckSource(check, volumes[k], here);
    const std::string_view name = Text(volumes[k], "name");
    const FieldPath name_path = here.Child("name");
    if (name.empty()) {
      check.Required(name_path);
    } else {
      check.Each(name_path, name, Dns1123LabelComplaints(name));
    }
    if (!names.insert(name).second) check.Duplicate(name_path, Shown(name));
  }
}

}  // namespace wt
