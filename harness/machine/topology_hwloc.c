#include "machine/topology_hwloc.h"

#include <stdio.h>
#include <string.h>

void topology_list_set(char *list, size_t size, hwloc_const_bitmap_t set) {
    static const char ellipsis[] = ",...";
    const int length = hwloc_bitmap_list_snprintf(list, size, set);
    if (length < 0 || (size_t)length < size)
        return;
    list[size - sizeof ellipsis] = '\0';
    char *const comma = strrchr(list, ',');
    (void)snprintf(comma, sizeof ellipsis, "%s", ellipsis);
}
