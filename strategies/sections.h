/* The sections of a report that workloads name (struct ctx_section). Part of kernels.h. */
#ifndef CTX_SECTIONS_H
#define CTX_SECTIONS_H

#include "strategy.h"

static const struct ctx_section ctx_section_depth = {"depth", "Reading, by depth", 10};
static const struct ctx_section ctx_section_threads = {"threads", "By threads", 20};
static const struct ctx_section ctx_section_keys = {"keys", "By keys", 30};
static const struct ctx_section ctx_section_ids = {"ids", "By live ids", 40};
static const struct ctx_section ctx_section_scopes = {"scopes", "Opening scopes, starting threads", 50};
static const struct ctx_section ctx_section_handoff = {"handoff", "Handing work over", 60};
static const struct ctx_section ctx_section_fibers = {"fibers", "Fibers", 70};
static const struct ctx_section ctx_section_request = {"request", "A request", 80};
static const struct ctx_section ctx_section_bystander = {"bystander", "What bystanders pay", 90};

#endif
