#include "gls/layout.h"

/* Known to marks.S by its name. */
extern const struct layout glsi_layout;
const struct layout glsi_layout = {LAYOUT_VERSION, &glsi_id_pool};
