// What can go wrong in a store of jobs.
// SPDX-License-Identifier: Apache-2.0
#include "store/job_store.hpp"

#include "base/error_family.hpp"

namespace m2c2::store {

const char* error_family_name(StoreError) { return "store"; }

std::string error_text(StoreError error) {
  switch (error) {
    case StoreError::exists:
      return "that version of the job is stored already";
    case StoreError::stale:
      return "the job has been changed since it was read";
    case StoreError::failed:
      break;
  }
  return "the job store failed";
}

std::error_code make_error_code(StoreError error) { return make_family_code(error); }

}  // namespace m2c2::store
