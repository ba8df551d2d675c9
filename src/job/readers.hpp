// The readers of a job's parts. Each fills in what is right and says what is wrong in the problems of what it reads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "job/field.hpp"
#include "job/names.hpp"
#include "job/rules.hpp"

namespace m2c2::job {

inline constexpr Text kJobName{"a name without / \\ + # and control characters", fault_in_job_name};

struct ControlRule {
  std::string expected() const;
  bool read(const Field&, Control& out) const;
};

/// {"job": {…}}
void read_request(const Object& document, Request&);
/// {"site-name": …, "connectivity-parameters": {…}, "data-parameters": {…}}
void read_machine(const Object& machine_details, Definition&);

/// Gives the communication code, in whose notation the attributes are written, when it can be told.
std::optional<slmp::Code> read_slmp_connectivity(const Object& connectivity_parameters, SlmpConnectivity&);
void read_slmp_attributes(const Array& attributes, std::optional<slmp::Code>, std::vector<SlmpAttribute>&);

void read_opcda_connectivity(const Object& connectivity_parameters, OpcdaJob&);
void read_opcda_attributes(const Array& attributes, std::vector<OpcdaAttribute>&);

/// "contains a blank; …", for either protocol's machine-ip.
std::optional<std::string> fault_in_host(std::string_view host);
/// Likewise for what a machine calls its own: labels, items, servers.
std::optional<std::string> fault_in_foreign_name(std::string_view name);

}  // namespace m2c2::job
